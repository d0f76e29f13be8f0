"""Work that recurs: each time it comes is announced as a piece of its own, some time ahead."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import available_timezones

from django.db import transaction

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import MaintenanceWindow
from incidents.pipeline.noise import windows
from incidents.pipeline.noise.windows import Occurrence
from statuspage.models import MaintenanceSeries, MaintenanceState
from statuspage.services import maintenance
from statuspage.services.snapshots import locked
from statuspage.services.work import Work, checked

AHEAD: Final = timedelta(days=14)
_LOOK_AGAIN: Final = timedelta(days=1)
_FAR: Final = timedelta(days=731)
_MOST_AT_ONCE: Final = 40
ENGINE: Final = Actor("system", "status", "Status page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """`work` is the first one; `recurrence` an RRULE in the wall-clock time of `time_zone`."""

    work: Work
    recurrence: str
    time_zone: str = "UTC"


@transaction.atomic
def announce(*, page_id: int, recurring: Recurring, actor: Actor) -> MaintenanceSeries:
    """Announce work that recurs. Subscribers are told of the first one now; of the others by their
    reminders, and when they begin and end."""
    page, now, work = locked(page_id), clock.now(), recurring.work
    rule = windows.checked_recurrence(recurring.recurrence)
    if not rule:
        raise Invalid("Say how often.", "Or plan it once.", field="recurrence")
    if recurring.time_zone not in available_timezones():
        told = f"There is no time zone {recurring.time_zone!r}."
        raise Invalid(told, "Write for instance Europe/Berlin.", field="time_zone")
    lasts = work.ends_at - work.starts_at
    if lasts > timedelta(days=7):
        raise Invalid("Each lasts 7 days at most.", "Choose an earlier end.", field="ends_at")
    series = MaintenanceSeries(page=page, created_at=now, recurrence=rule)
    series.time_zone, series.starts_at = recurring.time_zone, work.starts_at
    series.minutes = max(1, round(lasts.total_seconds() / 60))
    _write(series, work, actor)
    if (first := _next(series, now)) is None:
        raise Invalid("It never comes from now on.", "Choose a later start.", field="starts_at")
    components = checked(
        replace(work, starts_at=first.starts_at, ends_at=first.ends_at), page, now=now
    )
    series.save()
    series.components.set(components)
    _make(series, now, actor, first_time=True)
    return series


def _write(series: MaintenanceSeries, work: Work, actor: Actor) -> None:
    series.title, series.body = work.title.strip(), work.body.strip()
    series.starts_itself, series.ends_itself = work.starts_itself, work.ends_itself
    series.reminders = sorted(set(work.reminders), reverse=True)
    series.silences, series.notifies = work.silences, work.notifies
    series.author_id, series.author_name = actor.user_id, actor.name


@transaction.atomic
def cancel(*, series_id: int, actor: Actor, body: str = "") -> MaintenanceSeries:
    """End the series and all that has not begun. Subscribers are told once."""
    found = MaintenanceSeries.objects.filter(pk=series_id).first()
    if found is None:
        raise NotFound("There is no such series.")
    locked(found.page_id)
    series = MaintenanceSeries.objects.get(pk=series_id)
    if series.cancelled_at is not None:
        raise Conflict(f"“{series.title}” is cancelled already.")
    series.cancelled_at = clock.now()
    series.save(update_fields=["cancelled_at"])
    waiting = series.pieces.filter(state=MaintenanceState.SCHEDULED).order_by("starts_at")
    for number, pk in enumerate(waiting.values_list("pk", flat=True)):
        maintenance.advance(
            maintenance_id=pk,
            state=MaintenanceState.CANCELLED,
            actor=actor,
            body=body,
            quietly=number > 0,
        )
    return series


def make_due(now: datetime) -> int:
    """Announce what comes next of each series that needs it; how many pieces were made."""
    looked_at = now + AHEAD - _LOOK_AGAIN
    rows = MaintenanceSeries.objects.filter(cancelled_at=None, made_until__lt=looked_at)
    return sum(_make_later(pk, now) for pk in rows.values_list("pk", flat=True)[:20])


@transaction.atomic
def _make_later(series_id: int, now: datetime) -> int:
    found = MaintenanceSeries.objects.get(pk=series_id)
    locked(found.page_id)
    series = MaintenanceSeries.objects.get(pk=series_id)
    return 0 if series.cancelled_at else _make(series, now, ENGINE, first_time=False)


def _make(series: MaintenanceSeries, now: datetime, actor: Actor, *, first_time: bool) -> int:
    """Those that begin within two weeks, and the next one in any case."""
    after = max(series.made_until or now, now)
    horizon = now + AHEAD
    due = [o for o in _ahead(series, after, horizon) if o.starts_at > after][:_MOST_AT_ONCE]
    if not due and not _has_waiting(series):
        following = _next(series, after)
        due = [following] if following else []
    for number, occurrence in enumerate(due):
        maintenance.announce(
            page_id=series.page_id,
            work=_work(series, occurrence),
            actor=actor,
            series=series,
            quietly=not (first_time and number == 0),
        )
    last = due[-1].starts_at if due else horizon
    series.made_until = max(horizon, last)
    if len(due) == _MOST_AT_ONCE:
        series.made_until = last
    series.save(update_fields=["made_until"])
    return len(due)


def _has_waiting(series: MaintenanceSeries) -> bool:
    return series.pieces.filter(state=MaintenanceState.SCHEDULED).exists()


def _work(series: MaintenanceSeries, when: Occurrence) -> Work:
    return Work(
        title=series.title,
        body=series.body,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        components=list(series.components.values_list("pk", flat=True)),
        reminders=series.reminders,
        starts_itself=series.starts_itself,
        ends_itself=series.ends_itself,
        silences=series.silences,
        notifies=series.notifies,
    )


def _ahead(series: MaintenanceSeries, after: datetime, before: datetime) -> list[Occurrence]:
    return list(windows.occurrences(_as_window(series), after=after, before=before))


def _next(series: MaintenanceSeries, at: datetime) -> Occurrence | None:
    ahead = windows.occurrences(_as_window(series), after=at, before=at + _FAR)
    return next((o for o in ahead if o.starts_at > at), None)


def _as_window(series: MaintenanceSeries) -> MaintenanceWindow:
    """Counts as the windows of the hub do; never saved."""
    return MaintenanceWindow(
        starts_at=series.starts_at,
        minutes=series.minutes,
        recurrence=series.recurrence,
        time_zone=series.time_zone,
    )
