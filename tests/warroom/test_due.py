"""When the next update is due, and who is told when it is not there."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Delivery, Fact, Incident, Severity, User
from incidents.pipeline import lifecycle, merging, updates
from incidents.selectors import pace
from tests.conftest import Declare, FrozenClock, People
from tests.warroom.clockwork import engine_works

SignIn = Callable[[User], Client]


def _overdue(incident: Incident) -> list[Fact]:
    return list(Fact.objects.filter(incident=incident, kind="update.overdue"))


@pytest.fixture
def incident(frozen: FrozenClock, declare: Declare, people: People) -> Incident:
    """A P1, of which something is to be told every 30 minutes."""
    incident = declare()
    lifecycle.assign(
        incident_id=incident.pk,
        role="communications",
        user=people.teammate,
        actor=Actor.of(people.admin),
    )
    return incident


def test_it_says_once_that_an_update_is_due_to_those_who_are_to_tell(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    engine_works()
    frozen.fast_forward(minutes=29)
    engine_works()
    assert not _overdue(incident)
    frozen.fast_forward(minutes=1)
    engine_works()
    frozen.fast_forward(minutes=90)
    engine_works()
    [fact] = _overdue(incident)
    assert fact.body.calls() == (people.teammate.username,)
    assert fact.text == "says that an update is due since 03:40 UTC"


def test_the_clock_begins_anew_with_each_update(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    frozen.fast_forward(minutes=20)
    updates.post(incident_id=incident.pk, text="Still looking", actor=Actor.of(people.teammate))
    due = pace.of(incident).due_at
    assert due is not None
    assert (due - frozen.at).total_seconds() == 30 * 60
    frozen.fast_forward(minutes=20)
    engine_works()
    assert not _overdue(incident)
    frozen.fast_forward(minutes=11)
    engine_works()
    assert len(_overdue(incident)) == 1


def test_a_worse_severity_makes_it_due_sooner(
    incident: Incident, people: People, frozen: FrozenClock, severities: dict[str, Severity]
) -> None:
    Severity.objects.filter(code="P0").update(update_minutes=10)
    engine_works()
    frozen.fast_forward(minutes=15)
    worst = Severity.objects.get(code="P0")
    actor = Actor.of(people.commander)
    lifecycle.set_severity(incident_id=incident.pk, severity=worst, actor=actor)
    engine_works()
    assert len(_overdue(incident)) == 1


def test_nothing_is_due_once_it_is_over_and_the_clock_begins_anew_when_it_is_reopened(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    actor = Actor.of(people.commander)
    lifecycle.move(incident_id=incident.pk, name="resolve", actor=actor)
    frozen.fast_forward(hours=2)
    engine_works()
    incident.refresh_from_db()
    assert pace.of(incident).due_at is None
    lifecycle.move(incident_id=incident.pk, name="reopen", actor=actor)
    frozen.fast_forward(minutes=29)
    engine_works()
    assert not _overdue(incident)
    frozen.fast_forward(minutes=1)
    engine_works()
    assert len(_overdue(incident)) == 1


def test_only_the_latest_fact_keeps_watch(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    for _ in range(3):
        updates.post(incident_id=incident.pk, text="News", actor=Actor.of(people.teammate))
        frozen.fast_forward(minutes=1)
    engine_works()
    waiting = Delivery.objects.filter(state="pending", subscriber="incidents.update_due")
    assert waiting.count() == 1


def test_the_board_shows_what_is_late(
    incident: Incident, people: People, frozen: FrozenClock, sign_in: SignIn
) -> None:
    frozen.fast_forward(minutes=31)
    page = sign_in(people.observer).get("/").content.decode()
    assert "Update due" in page
    assert "late 1:00" in page


def test_one_that_comes_back_from_a_merge_is_watched_again(
    incident: Incident, people: People, frozen: FrozenClock, declare: Declare
) -> None:
    other, by = declare("Search is slow"), Actor.of(people.commander)
    engine_works()
    merging.merge(joining=merging.Joining(target_id=other.pk, source_ids=[incident.pk]), actor=by)
    frozen.fast_forward(minutes=40)
    engine_works()
    assert not _overdue(incident)
    merging.unmerge(incident_id=incident.pk, actor=by)
    engine_works()
    assert len(_overdue(incident)) == 1
