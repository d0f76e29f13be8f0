"""Updates on their way: those that wait for another person's word, and those that wait for a time.

On a page that asks for approval nothing people write is published until a second person who may
publish has said so.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from incidents.models import IncidentRole, Role, User
from incidents.pipeline import lifecycle
from statuspage.events import StatusDecided, StatusWaits
from statuspage.models import PlannedState, PlannedUpdate, PublicUpdate
from statuspage.services import merged_told
from statuspage.services.publishing import Announcement, check, publish_update
from statuspage.services.snapshots import locked

FARTHEST: Final = timedelta(days=60)
MAX_REMARK: Final = 500
_MOST_ASKED: Final = 20
_BATCH: Final = 20
_ON_ITS_WAY: Final = (PlannedState.WAITING, PlannedState.SCHEDULED)
_DECIDE: Final = (IncidentRole.COMMANDER, IncidentRole.COMMUNICATIONS)


@transaction.atomic
def submit(
    *,
    incident_id: int,
    page_id: int,
    announcement: Announcement,
    actor: Actor,
    publish_at: datetime | None = None,
) -> PublicUpdate | PlannedUpdate:
    """Publish it, or put it on its way where the page asks for approval or a time is given."""
    merged_too = merged_told.is_told(incident_id, page_id)
    incident = lifecycle.locked(incident_id, merged_too=merged_too)
    page = locked(page_id)
    if not page.needs_approval and publish_at is None:
        return publish_update(
            incident_id=incident_id, page_id=page_id, announcement=announcement, actor=actor
        )
    check(incident, announcement)
    now = clock.now()
    if publish_at is not None:
        _check_time(publish_at, now)
    state = PlannedState.WAITING if page.needs_approval else PlannedState.SCHEDULED
    planned = PlannedUpdate.objects.create(
        page=page,
        incident=incident,
        planned_state=state,
        state=announcement.state,
        title=announcement.title.strip(),
        body=announcement.body.strip(),
        effects={str(pk): effect for pk, effect in announcement.effects.items()},
        notifies=announcement.notifies,
        publish_at=publish_at,
        author_id=actor.user_id,
        author_handle=actor.handle,
        author_name=actor.name,
        created_at=now,
    )
    if state == PlannedState.WAITING:
        asked = StatusWaits(page=page.name, state=planned.state, handles=_who_decides(planned))
        bus.emit(incident, asked, actor=actor)
    bus.wake_engine()
    return planned


@transaction.atomic
def approve(*, planned_id: int, actor: Actor) -> PlannedUpdate:
    """Let it go: at once, or at its time. Raises NotAllowed for whoever wrote it."""
    planned = _locked(planned_id, PlannedState.WAITING)
    if actor.handle == planned.author_handle:
        raise NotAllowed("You wrote it.", "Somebody else has to approve it.")
    planned.decided_by, planned.decided_at = actor.name, clock.now()
    if planned.publish_at is not None and planned.publish_at > clock.now():
        planned.planned_state = PlannedState.SCHEDULED
        planned.save()
        _tell(planned, "approved", actor)
        return planned
    _publish(planned)
    return planned


@transaction.atomic
def refuse(*, planned_id: int, remark: str, actor: Actor) -> PlannedUpdate:
    """Send it back with the reason. Raises Invalid without one."""
    if not remark.strip():
        raise Invalid("Say why.", "The author has to know what to change.", field="remark")
    planned = _locked(planned_id, PlannedState.WAITING)
    return _end(planned, PlannedState.REFUSED, actor, remark.strip()[:MAX_REMARK])


@transaction.atomic
def withdraw(*, planned_id: int, actor: Actor) -> PlannedUpdate:
    """Take it back before it is published."""
    return _end(_locked(planned_id, *_ON_ITS_WAY), PlannedState.WITHDRAWN, actor)


def publish_due() -> int:
    """Publish what was scheduled for now or earlier; how many there were."""
    now = clock.now()
    rows = PlannedUpdate.objects.filter(
        planned_state=PlannedState.SCHEDULED, publish_at__lte=now
    ).order_by("publish_at")
    due = list(rows.values_list("pk", flat=True)[:_BATCH])
    for pk in due:
        _publish_scheduled(pk)
    return len(due)


@transaction.atomic
def _publish_scheduled(pk: int) -> None:
    try:
        planned = _locked(pk, PlannedState.SCHEDULED)
    except DomainError:
        return  # somebody was quicker
    try:
        with transaction.atomic():
            _publish(planned)
    except DomainError as error:
        planned.planned_state, planned.remark = PlannedState.FAILED, str(error)[:MAX_REMARK]
        planned.update = None
        planned.save()
        _tell(planned, "failed", Actor.system("timer"), str(error))


def _publish(planned: PlannedUpdate) -> None:
    update = publish_update(
        incident_id=planned.incident_id,
        page_id=planned.page_id,
        announcement=announcement_of(planned),
        actor=Actor("user", planned.author_handle, planned.author_name, planned.author_id),
        approved=True,
    )
    planned.planned_state, planned.update = PlannedState.PUBLISHED, update
    planned.save()


def announcement_of(planned: PlannedUpdate) -> Announcement:
    """What was written. Components removed since then are left out."""
    known = set(planned.page.components.values_list("pk", flat=True))
    effects: Mapping[str, str] = planned.effects
    return Announcement(
        state=planned.state,
        title=planned.title,
        body=planned.body,
        effects={int(pk): state for pk, state in effects.items() if int(pk) in known},
        notifies=planned.notifies,
    )


def _end(planned: PlannedUpdate, state: str, actor: Actor, remark: str = "") -> PlannedUpdate:
    planned.planned_state, planned.remark = state, remark
    planned.decided_by, planned.decided_at = actor.name, clock.now()
    planned.save()
    _tell(planned, str(state), actor, remark)
    return planned


def _tell(planned: PlannedUpdate, outcome: str, actor: Actor, remark: str = "") -> None:
    told = StatusDecided(
        page=planned.page.name,
        outcome=outcome,
        remark=remark,
        handles=[planned.author_handle] if planned.author_id else [],
    )
    bus.emit(planned.incident, told, actor=actor)


def _locked(planned_id: int, *states: str) -> PlannedUpdate:
    """The row, locked after its incident. Raises Conflict where it is in none of the `states`."""
    found = PlannedUpdate.objects.filter(pk=planned_id).values_list("incident_id", flat=True)
    incident_id = found.first()
    if incident_id is None:
        raise NotFound("There is no such update.", "It may have been removed.")
    incident = lifecycle.locked(incident_id, merged_too=True)
    rows = PlannedUpdate.objects.select_for_update(of=("self",)).select_related("page")
    planned = rows.get(pk=planned_id)
    planned.incident = incident
    if planned.planned_state not in states:
        label = planned.get_planned_state_display().lower()
        raise Conflict(f"That update is decided: {label}.", "Reload the page.")
    return planned


def _check_time(publish_at: datetime, now: datetime) -> None:
    if publish_at <= now:
        hint = "Choose a later time, or publish at once."
        raise Invalid("That time has passed.", hint, field="publish_at")
    if publish_at > now + FARTHEST:
        told = f"It may be {FARTHEST.days} days ahead at most."
        raise Invalid(told, "Choose an earlier time.", field="publish_at")


def _who_decides(planned: PlannedUpdate) -> list[str]:
    """Who leads or communicates in the incident; else all who may publish. Never the author."""
    held = planned.incident.role_assignments.filter(role__in=_DECIDE, until__isnull=True)
    rows = User.objects.filter(pk__in=held.values("user"), is_active=True)
    may = [role for role in Role if role.rank >= Role.COMMANDER.rank]
    handles = rows.filter(role__in=may).exclude(username=planned.author_handle)
    asked = list(handles.order_by("pk").values_list("username", flat=True))
    if asked:
        return asked
    others = User.objects.filter(is_active=True, role__in=may)
    others = others.exclude(username=planned.author_handle).order_by("pk")
    return list(others.values_list("username", flat=True)[:_MOST_ASKED])
