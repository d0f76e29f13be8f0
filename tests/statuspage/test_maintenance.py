"""Planned work: announced, begun and ended by itself, moved, reminded of, and silent meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import MaintenanceWindow
from incidents.pipeline.noise import windows
from statuspage import selectors
from statuspage.models import Broadcast, Component, Maintenance, MaintenanceSeries, StatusPage
from statuspage.services import maintenance, punctual, series
from statuspage.services.work import Work
from tests.conftest import FrozenClock, People

Plan = Callable[..., Maintenance]
HOUR = timedelta(hours=1)


@pytest.fixture
def actor(people: People) -> Actor:
    return Actor.of(people.commander)


@pytest.fixture
def work(checkout: Component, frozen: FrozenClock) -> Callable[..., Work]:
    """From in two hours on, for one hour."""

    def make(**more: Any) -> Work:
        starts_at = more.pop("starts_at", frozen.at + 2 * HOUR)
        ends_at = more.pop("ends_at", starts_at + HOUR)
        given = {"title": "Database upgrade", "components": [checkout.pk], **more}
        return Work(starts_at=starts_at, ends_at=ends_at, **given)

    return make


@pytest.fixture
def plan(page: StatusPage, work: Callable[..., Work], actor: Actor) -> Plan:
    return lambda **more: maintenance.announce(page_id=page.pk, work=work(**more), actor=actor)


def told(planned: Maintenance) -> list[str]:
    return [update.body for update in planned.updates.order_by("pk")]


def state_of(page: StatusPage) -> str:
    return str(selectors.components_now(page)[0].state)


def test_it_says_so_in_the_language_of_the_page(plan: Plan, page: StatusPage, actor: Actor) -> None:
    page.language = "de"
    page.save()
    planned = plan()
    maintenance.advance(maintenance_id=planned.pk, state="cancelled", actor=actor)
    assert told(planned) == [
        "Wir arbeiten an Online checkout.",
        "Diese Wartung findet nicht statt.",
    ]


def test_it_tells_customers_and_subscribers_when_it_is_announced(
    plan: Plan, checkout: Component
) -> None:
    planned = plan()
    assert told(planned) == ["We are going to work on Online checkout."]
    broadcast = Broadcast.objects.get()
    assert (broadcast.kind, broadcast.components) == ("maintenance", [checkout.pk])


def test_it_begins_and_ends_by_itself_at_its_own_times(
    plan: Plan, page: StatusPage, frozen: FrozenClock
) -> None:
    planned = plan()
    frozen.fast_forward(hours=2, minutes=1)
    assert punctual.keep_maintenance() == 1
    assert state_of(page) == "maintenance"
    frozen.fast_forward(hours=1)
    punctual.keep_maintenance()
    planned.refresh_from_db()
    assert (planned.state, planned.next_due_at) == ("completed", None)
    assert (planned.started_at, planned.ended_at) == (planned.starts_at, planned.ends_at)
    assert state_of(page) == "operational"


def test_what_was_missed_while_the_engine_was_away_happens_in_order(
    plan: Plan, frozen: FrozenClock
) -> None:
    planned = plan(reminders=[60])
    frozen.fast_forward(hours=9)
    while punctual.keep_maintenance():
        pass
    planned.refresh_from_db()
    assert planned.state == "completed"
    assert told(planned)[1:] == ["The work has begun.", "The work is complete."]


def test_it_waits_for_people_where_it_shall_not_begin_by_itself(
    plan: Plan, actor: Actor, frozen: FrozenClock
) -> None:
    planned = plan(starts_itself=False, ends_itself=False)
    frozen.fast_forward(hours=5)
    assert punctual.keep_maintenance() == 0
    maintenance.advance(maintenance_id=planned.pk, state="in_progress", actor=actor)
    planned.refresh_from_db()
    assert planned.started_at == frozen.at


@pytest.mark.parametrize(
    ("before", "to"),
    [("scheduled", "completed"), ("scheduled", "verifying"), ("in_progress", "cancelled"),
     ("completed", "in_progress"), ("cancelled", "scheduled")],
)  # fmt: skip
def test_it_makes_no_other_moves_than_those_that_make_sense(
    plan: Plan, actor: Actor, before: str, to: str
) -> None:
    planned = plan()
    Maintenance.objects.filter(pk=planned.pk).update(state=before)
    with pytest.raises(Conflict):
        maintenance.advance(maintenance_id=planned.pk, state=to, actor=actor)


def test_it_goes_back_to_work_when_the_check_finds_something(plan: Plan, actor: Actor) -> None:
    planned = plan()
    for state in ("in_progress", "verifying", "in_progress", "completed"):
        maintenance.advance(maintenance_id=planned.pk, state=state, actor=actor)
    planned.refresh_from_db()
    assert planned.is_over


def test_a_change_of_date_is_told_with_both_dates(
    plan: Plan, work: Callable[..., Work], actor: Actor, frozen: FrozenClock
) -> None:
    planned = plan()
    later = work(starts_at=planned.starts_at + timedelta(days=1))
    maintenance.change(maintenance_id=planned.pk, work=later, actor=actor)
    planned.refresh_from_db()
    news = planned.updates.first()
    assert news is not None
    assert (news.kind, planned.sequence) == ("moved", 1)
    assert "4 Nov 2026, 05:10" in news.body
    assert "3 Nov 2026, 05:10" in news.body
    assert Broadcast.objects.count() == 2


def test_a_change_of_words_alone_is_no_news(
    plan: Plan, work: Callable[..., Work], actor: Actor
) -> None:
    planned = plan()
    maintenance.change(maintenance_id=planned.pk, work=work(title="Upgrade"), actor=actor)
    planned.refresh_from_db()
    assert (planned.title, planned.sequence, planned.updates.count()) == ("Upgrade", 0, 1)


def test_each_reminder_is_sent_once_and_none_too_late(plan: Plan, frozen: FrozenClock) -> None:
    planned = plan(reminders=[24 * 60, 60, 30])
    frozen.fast_forward(hours=1)
    while punctual.keep_maintenance():
        pass
    assert [body for body in told(planned) if "begins in 1 h" in body]
    frozen.fast_forward(minutes=31)
    while punctual.keep_maintenance():
        pass
    assert planned.updates.filter(kind="reminder").count() == 2, "a day before had passed"


def test_a_moved_one_reminds_anew(
    plan: Plan, work: Callable[..., Work], actor: Actor, frozen: FrozenClock
) -> None:
    planned = plan(reminders=[60])
    frozen.fast_forward(minutes=61)
    punctual.keep_maintenance()
    later = work(starts_at=planned.starts_at + 5 * HOUR, reminders=[60])
    maintenance.change(maintenance_id=planned.pk, work=later, actor=actor)
    frozen.fast_forward(hours=5)
    punctual.keep_maintenance()
    assert planned.updates.filter(kind="reminder").count() == 2


def window_of(planned: Maintenance) -> MaintenanceWindow:
    planned.refresh_from_db()
    assert planned.window is not None
    return planned.window


def test_alerts_of_its_services_are_silent_just_then(
    plan: Plan, actor: Actor, frozen: FrozenClock
) -> None:
    window = window_of(planned := plan())
    assert window.words == 'service="checkout"'
    opened = windows.next_after(window, frozen.at)
    assert opened is not None
    assert (opened.starts_at, opened.ends_at) == (planned.starts_at, planned.ends_at)
    maintenance.advance(maintenance_id=planned.pk, state="in_progress", actor=actor)
    assert windows.open_at(window_of(planned), frozen.at), "it began early"
    maintenance.advance(maintenance_id=planned.pk, state="completed", actor=actor)
    assert window_of(planned).cancelled_at == frozen.at


def test_a_cancelled_one_silences_nothing(plan: Plan, actor: Actor) -> None:
    planned = plan()
    maintenance.advance(maintenance_id=planned.pk, state="cancelled", actor=actor)
    assert window_of(planned).cancelled_at


def test_it_silences_nothing_where_it_shall_not(plan: Plan) -> None:
    assert plan(silences=False).window is None


@pytest.mark.parametrize(
    ("more", "field"),
    [({"title": " "}, "title"), ({"components": [0]}, "components"),
     ({"reminders": [1, 2, 3, 4, 5, 6]}, "reminders"), ({"reminders": [0]}, "reminders")],
)  # fmt: skip
def test_it_refuses_what_cannot_be(plan: Plan, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan(**more)
    assert refused.value.field == field


def test_it_refuses_what_is_over_before_it_begins(plan: Plan, frozen: FrozenClock) -> None:
    for more in (
        {"ends_at": frozen.at + HOUR},
        {"starts_at": frozen.at - 3 * HOUR},
        {"ends_at": frozen.at + timedelta(days=8)},
    ):
        with pytest.raises(Invalid):
            plan(**more)


@pytest.fixture
def weekly(
    page: StatusPage, work: Callable[..., Work], actor: Actor, checkout: Component
) -> MaintenanceSeries:
    """Tuesdays at 05:10, from today on."""
    recurring = series.Recurring(work=work(), recurrence="FREQ=WEEKLY")
    return series.announce(page_id=page.pk, recurring=recurring, actor=actor)


def test_a_series_announces_each_time_some_time_ahead_and_tells_subscribers_once(
    weekly: MaintenanceSeries, frozen: FrozenClock
) -> None:
    starts = [piece.starts_at for piece in weekly.pieces.all()]
    assert starts == [weekly.starts_at, weekly.starts_at + timedelta(days=7)]
    assert Broadcast.objects.count() == 1
    frozen.fast_forward(days=5)
    while punctual.keep_maintenance():
        pass
    assert weekly.pieces.count() == 3
    assert weekly.pieces.filter(state="completed").count() == 1


def test_a_series_keeps_its_hour_across_the_change_of_clocks(
    page: StatusPage, work: Callable[..., Work], actor: Actor, frozen: FrozenClock
) -> None:
    frozen.fast_forward(days=-14)
    recurring = series.Recurring(work=work(), recurrence="FREQ=WEEKLY", time_zone="Europe/Berlin")
    made = series.announce(page_id=page.pk, recurring=recurring, actor=actor)
    hours = [piece.starts_at.hour for piece in made.pieces.all()]
    assert hours == [5, 6], "07:10 in Berlin, before and after 25 October"


def test_a_series_that_ends_cancels_what_has_not_begun(
    weekly: MaintenanceSeries, actor: Actor, frozen: FrozenClock
) -> None:
    frozen.fast_forward(hours=2)
    punctual.keep_maintenance()
    series.cancel(series_id=weekly.pk, actor=actor)
    assert sorted(weekly.pieces.values_list("state", flat=True)) == ["cancelled", "in_progress"]
    frozen.fast_forward(days=30)
    while punctual.keep_maintenance():
        pass
    assert weekly.pieces.count() == 2
    with pytest.raises(Conflict):
        series.cancel(series_id=weekly.pk, actor=actor)


def test_one_that_fails_holds_up_no_other(
    plan: Plan, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = plan(), plan(title="Another")
    advance = maintenance.advance

    def failing(**more: Any) -> Any:
        if more["maintenance_id"] == broken.pk:
            raise RuntimeError("no")
        return advance(**more)

    monkeypatch.setattr(maintenance, "advance", failing)
    frozen.fast_forward(hours=2)
    punctual.keep_maintenance()
    fine.refresh_from_db()
    broken.refresh_from_db()
    assert fine.state == "in_progress"
    assert broken.next_due_at == frozen.at + timedelta(minutes=5)
