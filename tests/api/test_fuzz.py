"""Whatever is sent, the API answers for it: never a failure of its own, always one shape."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.models import TelemetrySource
from tests.api.conftest import Program
from tests.conftest import Declare, People

WORDS = st.sampled_from(
    [
        "P1",
        "sev1",
        "resolved",
        "checkout",
        "payments",
        "tom",
        "INC-1",
        "",
        " ",
        "NaN",
        "∞",
        "\u202e",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
FIELDS = {
    "/api/incidents": ("title", "severity", "service", "team", "private", "began_at", "summary"),
    "/api/incidents/{ref}": ("title", "severity", "state", "service", "private", "root_cause"),
    "/api/incidents/{ref}/assign": ("user", "role"),
    "/api/incidents/{ref}/resolve": ("reason",),
    "/api/incidents/{ref}/messages": ("body", "client_id"),
    "/api/services": ("slug", "name", "team", "depends_on", "description"),
    "/api/integrations": ("kind", "name", "service"),
    "/api/detection/rules": ("name", "source", "query", "threshold", "severity", "hold_seconds"),
    "/api/silences": ("matchers", "comment", "starts_at", "ends_at", "until_resolved"),
    "/api/silences/preview": ("matchers",),
    "/api/maintenance-windows": ("name", "matchers", "starts_at", "minutes", "recurrence"),
    "/api/inhibitions": ("name", "source", "target", "equal", "enabled"),
    "/api/grouping-policies": ("name", "matchers", "group_by", "wait", "flap_changes", "position"),
    "/api/runbooks": ("title", "slug", "body", "tags", "severities"),
    "/api/action-items": ("title", "incident", "owner", "due_on", "priority"),
}
QUERIES = ("q", "state", "severity", "opened_after", "cursor", "limit", "service", "after")


@pytest.mark.parametrize("path", FIELDS)
def test_it_answers_for_any_body(
    root: Program, declare: Declare, people: People, service: object, path: str
) -> None:
    TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9090")
    address = path.format(ref=declare().pk)
    method = "PATCH" if path.endswith("{ref}") else "POST"

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(body=st.dictionaries(st.sampled_from(FIELDS[path]), VALUES) | VALUES)
    def ask(body: Any) -> None:
        response = root.send(method, address, body)
        assert response.status_code < 500
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["detail"]

    ask()


@pytest.mark.parametrize("path", ["/api/incidents", "/api/alerts", "/api/incidents/{ref}/timeline"])
def test_it_answers_for_any_question(root: Program, declare: Declare, path: str) -> None:
    address = path.format(ref=declare().pk)
    texts = st.text(max_size=30) | WORDS

    @settings(max_examples=40, deadline=None, database=None)
    @given(query=st.dictionaries(st.sampled_from(QUERIES), texts))
    def ask(query: dict[str, str]) -> None:
        response = root.client.get(
            address, query, headers={"Authorization": f"Bearer {root.token}"}
        )
        assert response.status_code < 500

    ask()
