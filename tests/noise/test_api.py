"""Silences, maintenance, inhibitions and grouping over the API."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import GroupingPolicy, Inhibition, MaintenanceWindow, Silence
from tests.api.conftest import MakeProgram, program, root
from tests.noise.conftest import Sender

__all__ = ["program", "root"]
DISKS = [{"name": "type", "operator": "=", "value": "DiskFull"}]


@pytest.fixture
def robot(program: MakeProgram) -> Any:
    return program("read", "incidents")


def _silence(**more: Any) -> dict[str, Any]:
    ends = (clock.now() + timedelta(hours=2)).isoformat()
    return {"matchers": 'type="DiskFull"', "comment": "new disk", "ends_at": ends, **more}


def test_a_silence_is_made_read_changed_and_ended(sender: Sender, robot: Any) -> None:
    sender.fire()
    made = robot.post("/api/silences", _silence())
    assert (made.status_code, made.json()["matchers"]) == (201, DISKS)
    path = f"/api/silences/{made.json()['id']}"
    sender.wait(seconds=1)
    assert robot.get(path).json()["alerts"] == 1
    assert robot.patch(path, {"comment": "two disks"}).json()["comment"] == "two disks"
    assert robot.delete(path).status_code == 204
    assert robot.delete(path).status_code == 409
    assert robot.get("/api/silences?state=active").json()["results"] == []


def test_the_same_request_silences_once(sender: Sender, robot: Any) -> None:
    body = _silence()
    ids = {robot.post("/api/silences", body, **{"Idempotency-Key": "k"}).json()["id"] for _ in "ab"}
    assert len(ids) == Silence.objects.count() == 1


def test_what_is_wrong_is_said_with_its_field(sender: Sender, robot: Any) -> None:
    for wrong, field in (
        ({"matchers": "type"}, "matchers"),
        ({"matchers": [{"name": "a"}]}, "matchers"),
        ({"ends_at": None}, "ends_at"),
        ({"comment": ""}, "comment"),
    ):
        response = robot.post("/api/silences", _silence(**wrong))
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field


def test_each_previews_and_saves_nothing(sender: Sender, root: Any) -> None:
    sender.fire()
    window = {"name": "U", "matchers": DISKS, "starts_at": "2027-01-01T00:00Z", "minutes": 9}
    bodies: dict[str, dict[str, Any]] = {
        "silences": {"matchers": DISKS},
        "maintenance-windows": window,
        "inhibitions": {"name": "I", "source": "type=Down", "target": DISKS},
        "grouping-policies": {"name": "G", "group_by": ["type"]},
    }
    for path, body in bodies.items():
        answer = root.post(f"/api/{path}/preview", body)
        assert (answer.status_code, answer.json()["alerts"]) == (200, 1)
    assert root.post("/api/silences/preview", {"matchers": DISKS}).json()["firing_now"] == 1
    models = (Silence, MaintenanceWindow, Inhibition, GroupingPolicy)
    assert not any(model.objects.exists() for model in models)


def test_maintenance_is_planned_and_cancelled(sender: Sender, robot: Any) -> None:
    body = {"name": "U", "matchers": DISKS, "starts_at": clock.now().isoformat(), "minutes": 60}
    made = robot.post("/api/maintenance-windows", {**body, "recurrence": "FREQ=DAILY"})
    path = f"/api/maintenance-windows/{made.json()['id']}"
    assert (made.status_code, made.json()["is_open"]) == (201, True)
    assert len(robot.get(path).json()["next"]) == 5
    assert robot.patch(path, {"recurrence": "FREQ=HOURLY"}).status_code == 422
    assert robot.post(f"{path}/cancel").status_code == 200
    assert robot.post(f"{path}/cancel").status_code == 409


def test_policies_and_inhibitions_are_an_admin_s(sender: Sender, root: Any, robot: Any) -> None:
    assert robot.post("/api/grouping-policies", {"name": "A"}).status_code == 403
    first, last = (root.post("/api/grouping-policies", {"name": n}).json() for n in "AB")
    moved = root.post(f"/api/grouping-policies/{last['id']}/move", {"to": "up"})
    assert moved.json()["position"] == 10
    assert root.delete(f"/api/grouping-policies/{first['id']}").status_code == 204
    body = {"name": "I", "source": "type=Down", "target": "type=~Slow.*"}
    path = f"/api/inhibitions/{root.post('/api/inhibitions', body).json()['id']}"
    assert root.patch(path, {"enabled": False}).json()["enabled"] is False
    assert root.delete(path).status_code == 204
