"""Storms: many incidents at once become one, and nothing is lost."""

from django.conf import LazySettings

from incidents.models import Alert, AlertState, Incident, Integration, SignalState
from incidents.models import Signal as SignalRow
from incidents.pipeline import folding
from tests.noise.conftest import Sender


def test_a_sender_gone_wild_opens_one_incident_for_all(sender: Sender) -> None:
    sender.say(*_conditions(100))
    incident = Incident.objects.get()
    assert incident.title == "Alert storm from Nodes"
    assert Alert.objects.filter(incident=incident).count() == 100
    assert "more than 20 incidents a minute" in sender.alert("t7").why


def test_what_came_before_the_storm_keeps_its_incident(sender: Sender) -> None:
    sender.say(*_conditions(15))
    sender.say(*_conditions(30, first=15))
    assert Incident.objects.count() == 16


def test_another_sender_is_not_swept_along(sender: Sender) -> None:
    sender.say(*_conditions(100))
    other = Integration.objects.create(kind="native", name="Quiet", hint="i", key_hash="2" * 64)
    Sender(other, sender.clock).fire("Leak", "web-1")
    assert sender.opened("Leak", "web-1") == "Leak on web-1"


def test_after_the_storm_each_cause_has_its_own_incident_again(sender: Sender) -> None:
    sender.say(*_conditions(100))
    sender.wait(minutes=6)
    sender.fire("Leak")
    assert sender.opened("Leak") == "Leak on db-1"


def test_conditions_past_the_limit_are_counted_and_their_messages_kept(
    sender: Sender, settings: LazySettings
) -> None:
    settings.OPEN_ALERTS_PER_INTEGRATION = 10
    sender.say(*_conditions(10))
    sender.wait(seconds=6)
    sender.say(*_conditions(50, first=10))
    alert = Alert.objects.get(fingerprint=folding.OVERFLOW)
    assert (alert.count, alert.title) == (50, "Nodes has more than 10 alerts open")
    assert SignalRow.objects.filter(state=SignalState.FOLDED).count() == 60
    assert SignalRow.objects.latest("pk").outcome[0]["action"] == "counted"


def test_the_count_is_over_when_nothing_more_is_counted(
    sender: Sender, settings: LazySettings
) -> None:
    settings.OPEN_ALERTS_PER_INTEGRATION = 10
    sender.say(*_conditions(10))
    sender.wait(seconds=6)
    sender.say(*_conditions(1, first=10))
    sender.wait(minutes=11)
    assert Alert.objects.get(fingerprint=folding.OVERFLOW).state == AlertState.RESOLVED


def _conditions(count: int, *, first: int = 0) -> list[dict[str, str]]:
    return [
        {"type": f"t{n}", "source": "db-1", "message": f"trouble {n}"}
        for n in range(first, first + count)
    ]
