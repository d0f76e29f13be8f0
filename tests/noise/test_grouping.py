"""Grouping policies: group by, wait, interval, repeat, cooldown, auto-resolve, flapping."""

import pytest

from incidents.events import timeline
from incidents.kernel.errors import Invalid
from incidents.models import AlertState, Incident, State
from tests.noise.conftest import Sender, grouped


def test_alerts_with_the_same_labels_share_an_incident(sender: Sender) -> None:
    grouped(group_by=["source"])
    for name in ("DiskFull", "Slow"):
        for source in ("db-1", "db-2"):
            sender.fire(name, source)
    assert Incident.objects.count() == 2
    alert = sender.alert()
    assert alert.why == "Nodes puts together alerts with the same source"


def test_without_a_policy_one_name_of_one_sender_is_one_incident(sender: Sender) -> None:
    event = {"message": "The disk is full"}
    sender.fire(source="db-1", **event)
    sender.fire(source="db-2", **event)
    sender.fire("Slow", message="It is slow")
    assert Incident.objects.count() == 2


def test_the_first_policy_that_fits_is_used(sender: Sender) -> None:
    grouped(name="Second", position=20, group_by=["type"])
    grouped(name="First", position=10, matchers=[_only("source", "db-1")], group_by=["source"])
    assert str(sender.fire(source="db-1").policy) == "First"
    assert str(sender.fire(source="db-2").policy) == "Second"


def test_a_group_waits_for_its_others(sender: Sender) -> None:
    grouped(group_by=["type"], wait=30)
    sender.fire(source="db-1")
    sender.wait(seconds=20)
    sender.fire(source="db-2")
    assert not Incident.objects.exists()
    sender.wait(seconds=10)
    assert Incident.objects.get().alerts.count() == 2


def test_what_passes_within_the_wait_opens_nothing(sender: Sender) -> None:
    grouped(wait=30)
    sender.fire()
    sender.wait(seconds=20)
    sender.clear()
    sender.wait(minutes=5)
    assert not Incident.objects.exists()


def test_what_joins_an_open_incident_does_not_wait(sender: Sender) -> None:
    grouped(group_by=["type"], wait=30)
    sender.fire(source="db-1")
    sender.wait(seconds=30)
    assert sender.fire(source="db-2").incident == Incident.objects.get()


def test_notices_of_one_incident_keep_their_distance(sender: Sender) -> None:
    grouped(group_by=["type"], interval=300)
    sender.fire(source="db-1")
    incident = Incident.objects.get()
    sender.clock.fast_forward(seconds=10)
    for source in ("db-2", "db-3"):
        assert sender.fire(source=source).incident == incident
    assert len(timeline.of_kind(incident.pk, "alert.attached")) == 1
    sender.wait(seconds=300)
    assert len(timeline.of_kind(incident.pk, "alert.attached")) == 3


def test_an_incident_repeats_that_its_alerts_still_fire(sender: Sender) -> None:
    grouped(repeat=3600)
    sender.fire()
    for _ in range(2):
        sender.wait(hours=1)
    sender.clear()
    sender.wait(hours=4)
    told = timeline.of_kind(Incident.objects.get().pk, "alert.still_firing")
    assert [fact.text for fact in told] == [
        "reports that one alert still fires after 1 hour",
        "reports that one alert still fires after 2 hours",
    ]


def test_within_the_cooldown_the_incident_is_opened_again(sender: Sender) -> None:
    grouped(cooldown=600)
    sender.fire()
    sender.clear()
    sender.wait(minutes=5)
    sender.fire()
    incident = Incident.objects.get()
    assert (incident.state, incident.resolved_at) == (State.DETECTED, None)
    sender.clear()
    sender.wait(minutes=11)
    sender.fire()
    assert Incident.objects.count() == 2


def test_a_condition_nobody_speaks_of_is_over(sender: Sender) -> None:
    grouped(auto_resolve=3600)
    sender.fire()
    sender.wait(minutes=50)
    sender.fire()
    sender.wait(minutes=50)
    assert sender.alert().state == AlertState.OPEN
    sender.wait(minutes=11)
    assert sender.alert().state == AlertState.RESOLVED
    assert Incident.objects.get().state == State.RESOLVED


def test_a_flapping_condition_is_held_until_it_is_steady(sender: Sender) -> None:
    grouped(flap_changes=3, flap_window=600)
    for _ in range(2):
        sender.fire()
        sender.clear()
        sender.wait(minutes=1)
    assert sender.fire().muted_by[0]["why"].startswith("flapping: opened 3 times")
    sender.wait(minutes=9)
    assert sender.alert().held
    sender.wait(minutes=2)
    assert not sender.alert().held


def test_flapping_at_the_first_opening_is_refused(sender: Sender) -> None:
    with pytest.raises(Invalid, match="begins at 2"):
        grouped(flap_changes=1)


def _only(name: str, value: str) -> dict[str, str]:
    return {"name": name, "operator": "=", "value": value}
