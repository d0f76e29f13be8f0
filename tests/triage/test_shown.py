"""Triage on the pages and in the API: seen, changed, filtered by."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.models import ApiKey, Incident, Service, User
from tests.conftest import Declare, People
from tests.triage.conftest import Arrive, Past

SignIn = Callable[[User], Client]


@pytest.fixture
def call(db: None) -> Callable[..., Any]:
    """Call the API as a program that may do all."""
    _, token = ApiKey.issue("A program", ["read", "incidents", "admin"])

    def send(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return Client().generic(
            method,
            path,
            b"" if body is None else Client()._encode_json(body, "application/json"),
            content_type="application/json",
            headers=headers,
        )

    return send


def test_the_overview_says_what_it_is_and_why(
    sign_in: SignIn, people: People, past: Past, declare: Declare, service: Service
) -> None:
    service.users, service.revenue_per_hour = 1000, 500
    service.save()
    past("Card payments time out at the bank", service=service, root_cause="TLS 1.0")
    incident = declare("Card payments time out for 20 % of users", service=service)
    page = sign_in(people.observer).get(incident.get_absolute_url()).content.decode()
    assert "Performance degradation, technical" in page
    assert "the title says “time out”" in page
    assert "Many customers, about 20 % of the users (200)" in page
    assert "About 100 an hour at stake" in page
    assert "Not enough data" in page
    assert "Cause: TLS 1.0" in page
    assert "Change triage" not in page


def test_a_responder_changes_it_on_the_overview(
    sign_in: SignIn, people: People, declare: Declare
) -> None:
    incident = declare("Odd")
    fields = {"type": "data_breach", "category": "", "impact": "", "affected_percent": "40"}
    address = f"/incidents/{incident.reference}/classify"
    assert sign_in(people.observer).post(address, fields).status_code == 403
    answer = sign_in(people.teammate).post(address, fields)
    assert answer["Location"].endswith("?tab=overview#triage")
    incident.refresh_from_db()
    assert (incident.type, incident.category, incident.impact) == (
        *("data_breach", "security", "major"),
    )
    page = sign_in(people.teammate).get(incident.get_absolute_url()).content.decode()
    assert '<option value="data_breach" selected>' in page
    assert "Tom Teammate chose it" in page


def test_a_private_incident_is_not_shown_as_similar_to_strangers(
    sign_in: SignIn, people: People, past: Past, declare: Declare
) -> None:
    hidden = past("Zanzibar payments time out")
    Incident.objects.filter(pk=hidden.pk).update(private=True)
    incident = declare("Zanzibar payments time out again")
    for user in (people.observer, people.stranger, people.admin):
        page = sign_in(user).get(incident.get_absolute_url()).content.decode()
        assert hidden.reference + " " not in page


def test_the_declare_form_takes_type_and_impact(
    sign_in: SignIn, people: People, severities: dict[str, Any]
) -> None:
    client = sign_in(people.teammate)
    fields = {"title": "Disk full", "severity": "P2", "type": "human_error", "impact": "critical"}
    client.post("/declare", fields)
    incident = Incident.objects.get()
    assert (incident.type, incident.impact, incident.priority) == (
        *("human_error", "critical", "high"),
    )
    assert incident.triage["why"]["type"] == "Tom Teammate chose it"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("type=resource_exhaustion", True),
        ("type=ddos", False),
        ("category=operational", True),
        ("category=security", False),
        ("priority=high", True),
        ("priority=low", False),
    ],
)
def test_lists_are_narrowed_by_triage(
    sign_in: SignIn, people: People, declare: Declare, call: Any, query: str, shown: bool
) -> None:
    declare("Disk full on db-3")
    page = sign_in(people.observer).get(f"/incidents?{query}").content.decode()
    assert ("Disk full on db-3" in page) == shown
    assert len(call("GET", f"/api/incidents?{query}").json()["results"]) == shown


def test_the_board_shows_a_priority_that_the_severity_does_not_say(
    sign_in: SignIn, people: People, arrive: Arrive
) -> None:
    client = sign_in(people.observer)
    arrive("Disk full", severity="P0")
    assert "Priority" not in client.get("/").content.decode()
    Incident.objects.update(priority="low")
    assert "Priority low" in client.get("/").content.decode()


def test_the_api_tells_it_all(call: Any, past: Past, service: Service) -> None:
    for _ in range(5):
        past("Card payments time out", minutes=20, service=service)
    body = {"title": "Card payments time out", "severity": "P1", "service": "checkout"}
    made = call("POST", "/api/incidents", {**body, "impact": "critical"}).json()
    assert (made["type"], made["impact"], made["priority"]) == (
        *("performance_degradation", "critical", "urgent"),
    )
    told = call("GET", f"/api/incidents/{made['reference']}/triage").json()
    assert told["chosen"] == ["impact"]
    assert (told["expected"]["n"], told["expected"]["median"]) == (5, 1200)
    assert len(told["similar"]) == 5
    assert told["why"]["impact"] == "A program chose it"


def test_the_api_changes_and_gives_back(call: Any, declare: Declare) -> None:
    path = f"/api/incidents/{declare('Odd').reference}"
    changed = call("PATCH", path, {"type": "malware", "affected_percent": 75}).json()
    assert (changed["type"], changed["category"], changed["impact"]) == (
        *("malware", "security", "critical"),
    )
    given_back = call("PATCH", path, {"type": None, "affected_percent": None}).json()
    assert (given_back["type"], given_back["affected_percent"]) == ("other", None)
    assert call("PATCH", path, {"impact": "huge"}).status_code == 422


def test_the_dashboard_counts_by_type_and_category(call: Any, declare: Declare) -> None:
    declare("Disk full")
    declare("Malware found")
    shown = call("GET", "/api/metrics/dashboard").json()
    assert shown["by_type"] == {"resource_exhaustion": 1, "malware": 1}
    assert shown["by_category"] == {"operational": 1, "security": 1}
