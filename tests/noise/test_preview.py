"""What a change would have done to the last seven days."""

from datetime import timedelta

from incidents.kernel import clock
from incidents.kernel.matchers import parse
from incidents.models import Alert, GroupingPolicy, Incident, Inhibition, MaintenanceWindow, Silence
from incidents.pipeline.noise import preview
from tests.noise.conftest import Sender
from tests.noise.test_maintenance import read


def test_a_silence_would_have_spared_the_incidents_it_covers_whole(sender: Sender) -> None:
    for _ in range(3):
        sender.fire()
        sender.clear()
        sender.wait(hours=1)
    sender.fire("Down")
    found = preview.preview_silence(parse('type="DiskFull"'))
    assert (found.alerts, found.matched, found.muted) == (4, 3, 3)
    assert (found.incidents_before, found.incidents_after) == (4, 1)
    assert {example.effect for example in found.examples} == {"would have been silenced"}


def test_it_changes_nothing(sender: Sender) -> None:
    sender.fire()
    before = list(Alert.objects.values()), list(Incident.objects.values())
    preview.preview_silence(parse('type="DiskFull"'))
    preview.preview_policy(GroupingPolicy(name="New", group_by=["type"], wait=30))
    assert before == (list(Alert.objects.values()), list(Incident.objects.values()))
    assert not Silence.objects.exists()


def test_alerts_of_more_than_a_week_ago_take_no_part(sender: Sender) -> None:
    sender.fire()
    sender.wait(days=8)
    assert preview.preview_silence(parse('type="DiskFull"')).alerts == 0


def test_a_window_to_come_is_tried_at_its_hours_of_last_week(sender: Sender) -> None:
    sender.fire()
    sender.clear()
    sender.wait(hours=5)
    sender.fire("Late")
    sender.wait(days=1)
    window = MaintenanceWindow(
        name="Upgrade",
        matchers=read('source="db-1"'),
        starts_at=clock.now() + timedelta(days=5, hours=18),
        minutes=120,
    )
    found = preview.preview_window(window)
    assert (found.matched, found.muted) == (1, 1)
    assert (found.incidents_before, found.incidents_after) == (2, 1)


def test_what_outlasts_the_window_would_have_come_later(sender: Sender) -> None:
    sender.fire()
    sender.wait(days=1)
    window = MaintenanceWindow(
        name="Upgrade",
        matchers=read('source="db-1"'),
        starts_at=clock.now() - timedelta(minutes=10),
        minutes=30,
        recurrence="FREQ=DAILY",
    )
    found = preview.preview_window(window)
    assert (found.matched, found.muted, found.incidents_after) == (1, 0, 1)
    assert found.examples[0].effect == "would have made its incident 20 minutes later"


def test_an_inhibition_would_have_muted_what_its_cause_outlasted(sender: Sender) -> None:
    sender.fire("Down")
    sender.fire("Slow")
    sender.fire("Slow", "db-2")
    sender.clear("Slow")
    sender.wait(minutes=10)
    rule = Inhibition(
        name="Down beats slow",
        source=read('type="Down"'),
        target=read('type="Slow"'),
        equal=["source"],
    )
    found = preview.preview_inhibition(rule)
    assert (found.matched, found.muted, found.incidents_after) == (1, 1, 2)


def test_a_policy_would_have_made_fewer_incidents(sender: Sender) -> None:
    for source in ("db-1", "db-2", "db-3"):
        sender.fire(source=source)
        sender.wait(minutes=1)
    found = preview.preview_policy(GroupingPolicy(name="Type", group_by=["type"]))
    assert (found.matched, found.incidents_before, found.incidents_after) == (3, 3, 1)
    assert found.examples[-1].effect == "would have joined 2 other alerts"


def test_waiting_would_have_let_pass_what_was_short(sender: Sender) -> None:
    sender.fire()
    sender.wait(seconds=20)
    sender.clear()
    sender.fire("Down")
    sender.wait(seconds=120)
    found = preview.preview_policy(GroupingPolicy(name="Wait", group_by=["type"], wait=60))
    assert (found.muted, found.incidents_after) == (1, 1)


def test_a_cooldown_would_have_kept_to_one_incident(sender: Sender) -> None:
    for _ in range(4):
        sender.fire()
        sender.wait(minutes=1)
        sender.clear()
        sender.wait(minutes=4)
    assert preview.preview_policy(_policy(cooldown=0)).incidents_after == 4
    assert preview.preview_policy(_policy(cooldown=600)).incidents_after == 1


def test_flapping_would_have_been_held(sender: Sender) -> None:
    for _ in range(5):
        sender.fire()
        sender.clear()
        sender.wait(minutes=1)
    found = preview.preview_policy(_policy(flap_changes=3, flap_window=600))
    assert (found.incidents_after, found.muted) == (2, 3)


def test_a_policy_further_down_gets_only_what_is_left(sender: Sender) -> None:
    sender.fire()
    sender.fire(source="db-2")
    _policy(name="First", position=1, matchers=read('source="db-1"')).save()
    assert preview.preview_policy(_policy(position=2)).matched == 1


def _policy(**fields: object) -> GroupingPolicy:
    return GroupingPolicy(**{"name": "New", "group_by": ["type", "source"], **fields})
