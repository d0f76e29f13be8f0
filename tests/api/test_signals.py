"""What programs read of messages and of why alerts are quiet."""

import pytest
from django.test import Client

from incidents.models import ApiKey, Signal
from incidents.selectors import signals
from tests.conftest import Declare, People
from tests.noise.conftest import Sender, sender, silenced

__all__ = ["sender"]


@pytest.fixture
def robot(db: None) -> Client:
    _, token = ApiKey.issue("Robot", ["read"])
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_it_tells_what_became_of_each_message(robot: Client, sender: Sender) -> None:
    sender.fire()
    sender.fire()
    found = robot.get("/api/signals").json()
    assert [row["summary"] for row in found["results"]] == ["1 duplicate", "1 new alert"]
    one = robot.get(f"/api/signals/{found['results'][0]['id']}").json()
    assert '"DiskFull"' in one["body"]
    assert one["outcome"][0]["alert"] == sender.alert().pk


def test_it_goes_on_where_the_page_ended(
    robot: Client, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it had looked at as many as it may and found none."""
    for _ in range(6):
        sender.fire()
    monkeypatch.setattr(signals, "LOOKED_AT", 4)
    Signal.objects.filter(pk=Signal.objects.earliest("pk").pk).update(state="rejected")
    first = robot.get("/api/signals?state=rejected").json()
    assert first["results"] == []
    assert len(robot.get(first["next"]).json()["results"]) == 1
    pages = robot.get("/api/signals?limit=3").json()
    assert len(robot.get(pages["next"]).json()["results"]) == 3
    assert robot.get("/api/signals?cursor=nonsense").status_code == 422


def test_it_finds_what_was_received_before_a_time(robot: Client, sender: Sender) -> None:
    sender.fire()
    at = sender.clock.fast_forward(minutes=5)
    sender.fire()
    sender.fire()
    found = robot.get("/api/signals", {"until": at.isoformat()}).json()
    assert [row["summary"] for row in found["results"]] == ["1 new alert"]


def test_an_alert_says_what_keeps_it_quiet(robot: Client, sender: Sender) -> None:
    silence = silenced('type="DiskFull"')
    told = robot.get(f"/api/alerts/{sender.fire().pk}").json()
    assert told["held"] is True
    assert told["muted_by"][0]["id"] == str(silence.uuid)
    assert told["trail"][0]["text"] == "silenced by Ana: deploying"
    assert len(robot.get("/api/alerts?state=suppressed").json()["results"]) == 1
    assert robot.get("/api/alerts?state=audible").json()["results"] == []


def test_it_keeps_messages_about_hidden_incidents_from_strangers(
    robot: Client, sender: Sender, declare: Declare, people: People
) -> None:
    """Also those that came after the end, and those that nobody has understood."""
    alert = sender.fire()
    sender.clear()
    sender.clear()
    alert.incident = declare("Stolen laptop", by=people.commander, private=True)
    alert.save()
    sender.fire("Another")
    misread = Signal.objects.create(
        integration=sender.integration,
        adapter="native",
        delivery_id="0198c0de-0000-7000-8000-000000000000",
        body=b"DiskFull, but garbled",
        state="rejected",
    )
    seen = [row["id"] for row in robot.get("/api/signals").json()["results"]]
    assert len(seen) == 2
    assert robot.get(f"/api/signals/{misread.pk}").json()["body"] is None
