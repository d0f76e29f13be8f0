"""Bad input: refused in one shape, with the field at fault, and nothing changed."""

from typing import Any

import pytest

from incidents.api import incidents as incident_views
from incidents.models import Incident
from tests.api.conftest import Program
from tests.conftest import Declare


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"", 422, "title"),
        (b"[1, 2]", 422, "JSON object"),
        (b'"text"', 422, "JSON object"),
        (b"null", 422, "JSON object"),
        (b'{"title": NaN}', 400, "NaN"),
        (b'{"title": "\xff"}', 400, "UTF-8"),
        (b'{"title": "a\\u0000b", "severity": "P1"}', 422, "NUL"),
        (b'{"title": "\\ud800", "severity": "P1"}', 422, "surrogate"),
        (b'{"a\\u0000": 1}', 422, "NUL"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"title": "' + b"x" * (1024 * 1024) + b'"}', 413, "larger than 1 MiB"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_it_refuses_what_it_cannot_read(
    root: Program, severities: object, body: bytes, status: int, said: str
) -> None:
    response = root.post("/api/incidents", body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert said in str(response.json())
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"severity": "P1"}, "title", "required"),
        ({"title": " ", "severity": "P1"}, "title", "blank"),
        ({"title": "x" * 301, "severity": "P1"}, "title", "300"),
        ({"title": "x", "severity": "P9"}, "severity", "Use P0, P1, P2, P3"),
        ({"title": "x", "severity": 1}, "severity", "as text"),
        ({"title": "x", "severity": "P1", "servce": "a"}, "servce", "Did you mean service?"),
        ({"title": "x", "severity": "P1", "service": "no"}, "service", "whose slug is “no”"),
        ({"title": "x", "severity": "P1", "began_at": "noon"}, "began_at", "format"),
        ({"title": "x", "severity": "P1", "private": "perhaps"}, "private", "boolean"),
    ],
)
def test_it_names_the_field_at_fault(
    root: Program, severities: object, body: dict[str, Any], field: str, said: str
) -> None:
    response = root.post("/api/incidents", body)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("severity=P9", "severity"),
        ("opened_after=noon", "opened_after"),
        ("limit=0", "limit"),
        ("limit=1000", "limit"),
        ("limit=ten", "limit"),
        ("cursor=xyz", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=WzEsICJhIl0", "cursor"),
        ("sevrity=P1", "sevrity"),
    ],
)
def test_it_names_the_parameter_at_fault(
    root: Program, severities: object, query: str, field: str
) -> None:
    response = root.get(f"/api/incidents?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_it_takes_json_only(root: Program) -> None:
    response = root.client.post(
        "/api/incidents",
        {"title": "x"},
        headers={"Authorization": f"Bearer {root.token}"},
    )
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("ref", ["0", "404", "INC-404", "9" * 30, "inc-", "x%00y", "%E2%82%AC"])
def test_it_knows_no_incident_that_is_not_there(root: Program, declare: Declare, ref: str) -> None:
    declare()
    for path in ("", "/alerts", "/roles"):
        response = root.get(f"/api/incidents/{ref}{path}")
        assert response.status_code == 404, path
        assert response["Content-Type"] == "application/problem+json"


def test_it_changes_all_or_nothing(root: Program, declare: Declare) -> None:
    incident = declare("Checkout is down", severity="P1")
    told = incident.last_seq
    body = {"title": "Other", "severity": "P0", "state": "closed"}
    response = root.patch(f"/api/incidents/{incident.pk}", body)
    assert response.status_code == 409
    assert "Possible now" in response.json()["hint"]
    incident.refresh_from_db()
    assert (incident.title, incident.severity.code, incident.last_seq) == (
        "Checkout is down",
        "P1",
        told,
    )


def test_it_answers_its_own_failures_in_the_same_shape(
    root: Program, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret detail")

    declare()
    monkeypatch.setattr(incident_views, "find", fail)
    root.client.raise_request_exception = False
    response = root.get("/api/incidents")
    assert response.status_code == 500
    assert response.json()["title"] == "Our fault"
    assert "secret" not in response.content.decode()
