"""What people do in the console, programs do by the API."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import Scope
from statuspage.models import Component, Maintenance, PublicUpdate, StatusPage
from tests.conftest import Declare
from tests.statuspage.conftest import Publish
from tests.statuspage.test_api import Call, call

__all__ = ["call"]


def times(**ahead: float) -> dict[str, str]:
    at = clock.now() + timedelta(**ahead)
    return {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()}


def test_it_makes_a_page_fills_it_and_takes_it_away(call: Call, page: StatusPage) -> None:
    body = {"name": "Partners", "slug": "partners", "audience": "restricted",
            "password": "long enough"}  # fmt: skip
    status, made = call("POST", "/api/status/pages", body, Scope.ADMIN)
    assert (status, made["has_password"]) == (201, True)
    assert "password" not in made
    base = "/api/status/pages/partners"
    group = call("POST", f"{base}/groups", {"name": "All"}, Scope.ADMIN)[1]["id"]
    body = {"name": "Portal", "group": group}
    assert call("POST", f"{base}/components", body, Scope.ADMIN)[1]["slug"] == "portal"
    [listed] = call("GET", f"{base}/components")[1]["results"]
    assert listed["group"] == group
    changed = call("PATCH", base, {"name": "All partners"}, Scope.ADMIN)[1]
    assert changed["name"] == "All partners"
    assert StatusPage.objects.get(slug="partners").knows_password("long enough")


@pytest.mark.parametrize(
    "body",
    [{"brand": "#eeeeee", "on_brand": "#ffffff"}, {"host": "x"}, {"networks": ["all"]},
     {"slug": "history"}, {"colour": "red"}],
)  # fmt: skip
def test_it_refuses_settings_that_would_not_work(
    call: Call, page: StatusPage, body: dict[str, Any]
) -> None:
    assert call("PATCH", "/api/status/pages/main", body, Scope.ADMIN)[0] == 422


def test_it_announces_and_moves_work_on(call: Call, checkout: Component) -> None:
    body = {"title": "Upgrade", "components": ["checkout"], **times(days=1)}
    path = "/api/status/pages/main/maintenances"
    status, made = call("POST", path, body, Scope.STATUS)
    assert (status, made["components"], made["state"]) == (201, ["checkout"], "scheduled")
    address = f"{path}/{made['id']}"
    moved = call("PATCH", address, times(days=2), Scope.STATUS)[1]
    assert [update["kind"] for update in moved["updates"]] == ["moved", "announced"]
    assert moved["components"] == ["checkout"]
    begun = call("POST", f"{address}/state", {"state": "in_progress"}, Scope.STATUS)[1]
    assert begun["state"] == "in_progress"
    assert call("POST", f"{address}/state", {"state": "cancelled"}, Scope.STATUS)[0] == 409
    assert call("POST", path, body, Scope.READ)[0] == 403


def test_it_announces_and_ends_a_series(call: Call, checkout: Component) -> None:
    body = {"title": "Upgrade", "recurrence": "FREQ=WEEKLY", **times(days=1)}
    path = "/api/status/pages/main/series"
    status, made = call("POST", path, body, Scope.STATUS)
    assert (status, made["minutes"]) == (201, 60)
    ended = call("DELETE", f"{path}/{made['id']}", None, Scope.STATUS)[1]
    assert ended["cancelled_at"]
    assert not Maintenance.objects.filter(state="scheduled").exists()


def test_it_sends_for_approval_and_another_key_approves(
    call: Call, declare: Declare, page: StatusPage
) -> None:
    StatusPage.objects.update(needs_approval=True)
    ref = declare().reference
    body = {"state": "identified", "body": "Found."}
    assert call("POST", f"/api/incidents/{ref}/status-updates", body, Scope.STATUS)[0] == 409
    status, made = call("POST", f"/api/incidents/{ref}/planned-updates", body, Scope.STATUS)
    assert (status, made["published"]) == (201, None)
    pk = made["planned"]["id"]
    [listed] = call("GET", "/api/status/planned-updates")[1]["results"]
    assert listed["id"] == pk
    path = f"/api/status/planned-updates/{pk}"
    status, decided = call("POST", path, {"action": "approve"}, Scope.STATUS)
    assert (status, decided["planned_state"]) == (200, "published")
    assert PublicUpdate.objects.get().pk == decided["published_as"]


def test_it_corrects_an_update(call: Call, declare: Declare, publish: Publish) -> None:
    incident = declare()
    update = publish(incident)
    path = f"/api/incidents/{incident.reference}/status-updates/{update.pk}"
    status, edited = call("PATCH", path, {"body": "Better words."}, Scope.STATUS)
    assert (status, edited["body"]) == (200, "Better words.")
    assert edited["edited_at"]
    other = declare().reference
    path = f"/api/incidents/{other}/status-updates/{update.pk}"
    assert call("PATCH", path, {"body": "x"}, Scope.STATUS)[0] == 404


def test_it_keeps_texts(call: Call, page: StatusPage) -> None:
    body = {"name": "Sorry", "body": "We are sorry.", "severities": ["P9"]}
    assert call("POST", "/api/status/texts", body, Scope.ADMIN)[0] == 422
    made = call("POST", "/api/status/texts", {**body, "severities": []}, Scope.ADMIN)[1]
    changed = call("PATCH", f"/api/status/texts/{made['id']}", {"page": "main"}, Scope.ADMIN)[1]
    assert changed["page"] == "main"
