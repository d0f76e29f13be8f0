"""/api/status and the status updates of an incident, for keys and people."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.kernel import tokens
from incidents.models import ApiKey, Scope
from statuspage.models import Component, PublicUpdate, StatusPage
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

Call = Callable[..., Any]


@pytest.fixture
def call(db: None) -> Call:
    """`call("POST", path, body, scope)`: a request with a key that has this scope."""

    def make(method: str, path: str, body: object = None, *scopes: Scope) -> tuple[int, Any]:
        token = tokens.new_token("isk")
        ApiKey.objects.create(
            name="ci",
            hint=tokens.hint(token),
            token_hash=tokens.digest(token),
            scopes=scopes or [Scope.READ],
        )
        answer = Client().generic(
            method,
            path,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code, json.loads(answer.content)

    return make


def test_it_tells_state_components_and_open_incidents(
    call: Call, declare: Declare, publish: Publish, checkout: Component, transfers: Component
) -> None:
    incident = declare()
    publish(incident, effects={checkout: "degraded"})
    status, found = call("GET", "/api/status")
    assert status == 200
    assert found["state"] == "degraded"
    assert [c["state"] for c in found["components"]] == ["degraded", "operational"]
    assert found["incidents"][0]["incident"] == incident.reference


def test_it_publishes_by_component_slug(call: Call, declare: Declare, checkout: Component) -> None:
    path = f"/api/incidents/{declare().reference}/status-updates"
    body = {"state": "identified", "body": "Found.", "components": {"checkout": "major_outage"}}
    status, found = call("POST", path, body, Scope.STATUS)
    assert (status, found["state"]) == (201, "identified")
    assert found["components"] == [
        {"slug": "checkout", "name": "Online checkout", "state": "major_outage"}
    ]
    assert call("GET", path)[1]["results"][0]["body"] == "Found."


def test_it_needs_the_scope_and_says_so(call: Call, declare: Declare, page: StatusPage) -> None:
    path = f"/api/incidents/{declare().reference}/status-updates"
    status, found = call("POST", path, {"state": "identified", "body": "x"}, Scope.READ)
    assert status == 403
    assert "status" in found["detail"]


@pytest.mark.parametrize(
    "body",
    [{"state": "broken", "body": "x"}, {"state": "identified", "body": ""},
     {"state": "identified", "body": "x", "components": {"nope": "degraded"}},
     {"state": "identified", "body": "x", "colour": "red"}],
)  # fmt: skip
def test_it_refuses_what_it_cannot_publish(
    call: Call, declare: Declare, checkout: Component, body: dict[str, object]
) -> None:
    path = f"/api/incidents/{declare().reference}/status-updates"
    assert call("POST", path, body, Scope.STATUS)[0] == 422
    assert not PublicUpdate.objects.exists()


def test_it_refuses_a_private_incident(call: Call, declare: Declare, page: StatusPage) -> None:
    path = f"/api/incidents/{declare(private=True).reference}/status-updates"
    body = {"state": "identified", "body": "x"}
    assert call("POST", path, body, Scope.STATUS)[0] == 404, "this key does not see it"
    assert call("POST", path, body, Scope.ADMIN)[0] == 409


def test_sending_it_again_with_the_same_key_publishes_once(
    declare: Declare, page: StatusPage, call: Call
) -> None:
    path = f"/api/incidents/{declare().reference}/status-updates"
    token = tokens.new_token("isk")
    ApiKey.objects.create(
        name="ci", hint="isk", token_hash=tokens.digest(token), scopes=[Scope.STATUS]
    )
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    body = json.dumps({"state": "identified", "body": "x"})
    for _ in range(2):
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 201
    assert PublicUpdate.objects.count() == 1


def test_it_sets_a_state_by_hand(call: Call, checkout: Component) -> None:
    path = "/api/status/components/checkout/state"
    body = {"state": "degraded", "reason": "DNS"}
    status, found = call("POST", path, body, Scope.STATUS)
    assert (status, found["state"]) == (200, "degraded")
    assert call("POST", path, body, Scope.INCIDENTS)[0] == 403
