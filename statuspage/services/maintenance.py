"""The verbs of planned work: announce it, change it, move it on.

Each tells customers by a MaintenanceUpdate where there is something to tell, keeps the hub's window
in line, and puts down when the engine has to look at it again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from statuspage.models import (
    Maintenance,
    MaintenanceSeries,
    MaintenanceState,
    MaintenanceUpdate,
    StatusPage,
)
from statuspage.services import broadcasting, maintenance_words, silencing
from statuspage.services.snapshots import locked, raise_version
from statuspage.services.work import Work, check_body, checked

Kind = MaintenanceUpdate.Kind
# From which states each may be reached.
MOVES: Final[Mapping[str, Sequence[str]]] = {
    MaintenanceState.IN_PROGRESS: (MaintenanceState.SCHEDULED, MaintenanceState.VERIFYING),
    MaintenanceState.VERIFYING: (MaintenanceState.IN_PROGRESS,),
    MaintenanceState.COMPLETED: (MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING),
    MaintenanceState.CANCELLED: (MaintenanceState.SCHEDULED,),
}


@transaction.atomic
def announce(
    *,
    page_id: int,
    work: Work,
    actor: Actor,
    series: MaintenanceSeries | None = None,
    quietly: bool = False,
) -> Maintenance:
    """Announce work on a page. `quietly`: it is on the page, and nobody is sent anything now.

    Raises NotFound for an unknown page and Invalid with the name of the field at fault.
    """
    page, now = locked(page_id), clock.now()
    components = checked(work, page, now=now)
    planned = Maintenance(page=page, series=series, created_at=now, version=page.version + 1)
    planned.author_id, planned.author_name = actor.user_id, actor.name
    _write(planned, work, now)
    planned.save()
    planned.components.set(components)
    body = work.body.strip() or maintenance_words.announced(planned)
    tell(planned, Kind.ANNOUNCED, body, actor=actor, quietly=quietly)
    silencing.keep_window(planned, now=now)
    raise_version(page)
    return planned


@transaction.atomic
def change(*, maintenance_id: int, work: Work, actor: Actor) -> Maintenance:
    """Give it another description. With other dates customers are told of them, by `work.body` or
    by a sentence of our own. Raises Conflict for one that is over."""
    page, planned = _locked(maintenance_id)
    now = clock.now()
    if planned.is_over:
        raise Conflict(f"“{planned.title}” is over.", "Plan another one.")
    components = checked(work, page, now=now)
    old = (planned.starts_at, planned.ends_at)
    if planned.is_under_way and work.starts_at != planned.starts_at:
        raise Invalid("It has begun already.", "Only its end can move.", field="starts_at")
    _check_free(planned, work.starts_at)
    moved = old != (work.starts_at, work.ends_at)
    planned.sequence += moved
    _write(planned, work, now)
    planned.version = page.version + 1
    planned.save()
    planned.components.set(components)
    if moved:
        body = work.body.strip() or maintenance_words.moved(planned, *old)
        tell(planned, Kind.MOVED, body, actor=actor)
    silencing.keep_window(planned, now=now)
    raise_version(page)
    return planned


@transaction.atomic
def advance(
    *, maintenance_id: int, state: str, actor: Actor, body: str = "", quietly: bool = False
) -> MaintenanceUpdate:
    """Start, verify, complete or cancel it, or say something while its state stays.

    Raises Conflict where it cannot come to that state from the one it is in.
    """
    page, planned = _locked(maintenance_id)
    check_body(body)
    now, old = clock.now(), MaintenanceState(planned.state)
    if state not in MaintenanceState.values:
        names = ", ".join(MaintenanceState.values)
        raise Invalid(f"There is no state called {state!r}.", f"States: {names}.", field="state")
    if state == old and not body.strip():
        raise Invalid("The update is empty.", "Say what customers need to know.", field="body")
    if state != old and old not in MOVES.get(state, ()):
        raise Conflict(f"“{planned.title}” is {old.label.lower()} already.", _ways_on(old))
    moment = _as_planned(planned, state, now) if actor.kind == "system" else now
    enter(planned, state, moment)
    planned.version = page.version + 1
    planned.next_due_at = due_at(planned)
    planned.save()
    text = body.strip() or maintenance_words.of_state(planned)
    update = tell(planned, Kind.STATE, text, actor=actor, quietly=quietly)
    silencing.keep_window(planned, now=now)
    raise_version(page)
    return update


@transaction.atomic
def remind(*, maintenance_id: int, actor: Actor) -> MaintenanceUpdate | None:
    """Send the reminder that is due; those that were missed before it are dropped."""
    page, planned = _locked(maintenance_id)
    now = clock.now()
    due = {minutes for minutes in planned.reminders if _moment(planned, minutes) <= now}
    fresh = due - set(planned.reminded)
    planned.reminded = sorted({*planned.reminded, *due})
    planned.version, planned.next_due_at = page.version + 1, due_at(planned)
    planned.save(update_fields=["reminded", "version", "next_due_at"])
    if not fresh or planned.state != MaintenanceState.SCHEDULED or planned.starts_at <= now:
        return None
    text = maintenance_words.reminder(planned, now)
    update = tell(planned, Kind.REMINDER, text, actor=actor)
    raise_version(page)
    return update


def allowed(planned: Maintenance) -> list[MaintenanceState]:
    """The states it may come to now."""
    return [MaintenanceState(s) for s, origins in MOVES.items() if planned.state in origins]


def due_at(planned: Maintenance) -> datetime | None:
    """When the engine has something to do for it."""
    if planned.state == MaintenanceState.SCHEDULED:
        waiting = set(planned.reminders) - set(planned.reminded)
        moments = [_moment(planned, minutes) for minutes in waiting]
        moments += [planned.starts_at] if planned.starts_itself else []
        return min(moments, default=None)
    return planned.ends_at if planned.is_under_way and planned.ends_itself else None


def enter(planned: Maintenance, state: str, moment: datetime) -> None:
    """`state` holds from `moment` on."""
    planned.state = state
    if state == MaintenanceState.IN_PROGRESS and planned.started_at is None:
        planned.started_at = moment
    if state == MaintenanceState.COMPLETED:
        planned.ended_at = max(moment, planned.started_at or moment)


def tell(
    planned: Maintenance, kind: str, body: str, *, actor: Actor, quietly: bool = False
) -> MaintenanceUpdate:
    update = MaintenanceUpdate.objects.create(
        maintenance=planned,
        kind=kind,
        state=planned.state,
        body=body,
        author_id=actor.user_id,
        author_name=actor.name,
        created_at=clock.now(),
    )
    if not quietly:
        broadcasting.of_maintenance(update)
    return update


def _as_planned(planned: Maintenance, state: str, now: datetime) -> datetime:
    """What happens by itself happens when it was planned, however late the engine looks."""
    if state == MaintenanceState.IN_PROGRESS:
        return min(planned.starts_at, now)
    return min(planned.ends_at, now)


def _write(planned: Maintenance, work: Work, now: datetime) -> None:
    planned.title = work.title.strip()
    planned.starts_at, planned.ends_at = work.starts_at, work.ends_at
    planned.starts_itself, planned.ends_itself = work.starts_itself, work.ends_itself
    planned.silences, planned.notifies = work.silences, work.notifies
    planned.reminders = sorted(set(work.reminders), reverse=True)
    # Those whose time has passed are not sent late: the announcement has just said it.
    planned.reminded = [m for m in planned.reminders if _moment(planned, m) <= now]
    planned.next_due_at = due_at(planned)


def _moment(planned: Maintenance, minutes: int) -> datetime:
    return planned.starts_at - timedelta(minutes=minutes)


def _check_free(planned: Maintenance, starts_at: datetime) -> None:
    if planned.series_id is None:
        return
    others = Maintenance.objects.filter(series_id=planned.series_id, starts_at=starts_at)
    if others.exclude(pk=planned.pk).exists():
        told = "Another one of its series begins then."
        raise Invalid(told, "Choose another time, or cancel this one.", field="starts_at")


def _ways_on(state: MaintenanceState) -> str:
    ways = [MaintenanceState(s).label.lower() for s, origins in MOVES.items() if state in origins]
    return f"It can become {' or '.join(ways)}." if ways else "It is over."


def _locked(maintenance_id: int) -> tuple[StatusPage, Maintenance]:
    rows = Maintenance.objects.filter(pk=maintenance_id)
    page_id = rows.values_list("page_id", flat=True).first()
    if page_id is None:
        raise NotFound("There is no such maintenance.", "It may have been removed.")
    page = locked(page_id)
    planned = rows.select_related("window").get()
    planned.page = page
    return page, planned
