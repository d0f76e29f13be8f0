"""Silences: what they hold, why, until when, and what happens afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid
from incidents.kernel.matchers import parse
from incidents.models import Incident, Silence
from incidents.pipeline.noise import silences
from tests.noise.conftest import ANA, Sender, silenced


def test_a_silenced_alert_opens_no_incident_and_says_who_silenced_it(sender: Sender) -> None:
    silence = silenced('type="DiskFull"')
    alert = sender.fire()
    assert not Incident.objects.exists()
    assert (alert.held, alert.is_muted) == (True, True)
    assert alert.muted_by == [
        {
            "kind": "silence",
            "id": str(silence.uuid),
            "why": "silenced by Ana: deploying",
            "until": (clock.now() + timedelta(hours=1)).isoformat(),
        }
    ]


def test_it_holds_only_what_matches(sender: Sender) -> None:
    silenced('source=~"db-.*", type!="Down"')
    assert sender.fire().held
    assert not sender.fire("Down").held
    assert not sender.fire(source="web-1").held


def test_what_still_fires_when_it_ends_opens_its_incident(sender: Sender) -> None:
    silenced('type="DiskFull"')
    sender.fire()
    sender.wait(minutes=59)
    assert not Incident.objects.exists()
    sender.wait(minutes=2)
    alert = sender.alert()
    assert (alert.incident, alert.held, alert.muted_by) == (Incident.objects.get(), False, [])
    assert [told["kind"] for told in alert.trail] == ["silence", "released"]


def test_what_was_over_before_its_end_opens_nothing(sender: Sender) -> None:
    silenced('type="DiskFull"')
    sender.fire()
    sender.clear()
    sender.wait(hours=2)
    assert not Incident.objects.exists()


def test_ending_it_by_hand_lets_go_of_what_it_held(sender: Sender) -> None:
    silence = silenced('type="DiskFull"')
    sender.fire()
    silences.expire(silence_uuid=silence.uuid, actor=ANA)
    sender.wait(seconds=1)
    assert sender.alert().incident is not None
    with pytest.raises(Conflict):
        silences.expire(silence_uuid=silence.uuid, actor=ANA)


def test_it_marks_what_fired_before_and_leaves_it_in_its_incident(sender: Sender) -> None:
    sender.fire()
    silence = silenced('type="DiskFull"')
    sender.wait(seconds=1)
    alert = sender.alert()
    assert (alert.is_muted, alert.held, alert.incident) == (True, False, Incident.objects.get())
    silences.expire(silence_uuid=silence.uuid, actor=ANA)
    sender.wait(seconds=1)
    assert not sender.alert().is_muted


def test_one_for_later_holds_nothing_before(sender: Sender) -> None:
    silenced('type="DiskFull"', starts_at=clock.now() + timedelta(minutes=10))
    assert not sender.fire().held
    sender.clear()
    sender.wait(minutes=11)
    assert sender.fire().held


def test_until_it_is_over_ends_with_the_last_alert_it_silenced(sender: Sender) -> None:
    sender.fire(source="db-1")
    silence = silenced('type="DiskFull"', minutes=None, until_resolved=True)
    sender.wait(seconds=1)
    assert sender.fire(source="db-2").held
    sender.clear(source="db-1")
    sender.wait(hours=5)
    assert Silence.objects.get().state == "active"
    sender.clear(source="db-2")
    sender.wait(seconds=1)
    silence.refresh_from_db()
    assert (silence.state, silence.ended_why) == ("expired", "all it silenced is over")
    assert not sender.fire(source="db-2").held


def test_an_alert_that_says_something_else_is_judged_anew(sender: Sender) -> None:
    silenced('severity="P2"')
    assert sender.fire(severity="warning").held
    sender.fire(severity="critical")
    sender.wait(seconds=1)
    assert sender.alert().incident is not None


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"comment": " "}, "comment"),
        ({"minutes": -5}, "ends_at"),
        ({"minutes": None}, "ends_at"),
        ({"minutes": 60 * 24 * 400}, "ends_at"),
        ({"minutes": None, "until_resolved": True}, "matchers"),
    ],
)
def test_it_refuses_what_makes_no_sense(sender: Sender, draft: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        silenced('type="DiskFull"', **draft)
    assert refused.value.field == field
    assert not Silence.objects.exists()


@pytest.mark.parametrize("text", ["", "type", 'type="', 'a=~"("', 'a=~".*"', 'a!="x"'])
def test_matchers_that_cannot_be_read_or_fit_everything_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


def test_changing_the_end_keeps_it_and_changing_the_matchers_makes_another(
    sender: Sender,
) -> None:
    silence = silenced('type="DiskFull"')
    draft = silences.Draft(
        matchers=parse('type="DiskFull"'),
        starts_at=silence.starts_at,
        ends_at=clock.now() + timedelta(hours=3),
        comment="longer",
        creator="Ana",
    )
    assert silences.change(silence_uuid=silence.uuid, draft=draft, actor=ANA) == silence
    other = silences.Draft(
        matchers=parse('type="Down"'),
        starts_at=silence.starts_at,
        ends_at=draft.ends_at,
        comment="another",
        creator="Ana",
    )
    replaced = silences.change(silence_uuid=silence.uuid, draft=other, actor=ANA)
    silence.refresh_from_db()
    assert (silence.state, replaced.state) == ("expired", "active")
