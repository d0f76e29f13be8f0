"""The verbs that change an incident. Web, API, chat commands, CLI and reactions call these.

Each locks the incident's row, checks, writes, emits its fact and returns the incident. Raises
NotFound for an unknown incident, Conflict for an illegal move, Invalid for a bad value.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel import clock, row_locks
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import (
    SINGLE_ROLES,
    Fact,
    Incident,
    IncidentRole,
    RequiredWhen,
    RoleAssignment,
    Service,
    Severity,
    State,
    Team,
    User,
)
from incidents.pipeline import classification, custom_fields, locking, moves, particulars

log = logging.getLogger(__name__)
locked, locked_all = locking.locked, locking.locked_all

MAX_TITLE = 300
TRIAGE = Actor.system("triage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is known when an incident begins. `began_at` is when it began in the world.

    `evidence` holds labels, figures and names of alerts, for triage; `choices` what a person says
    of type, category, impact, priority and affected_percent; `particulars` is what `edit` takes.
    """

    title: str
    severity: Severity
    summary: str = ""
    service: Service | None = None
    team: Team | None = None
    environment: str = ""
    customer_impact: str = ""
    private: bool = False
    source: str = "web"
    began_at: datetime | None = None
    dedup_key: str | None = None
    evidence: classification.Told = field(default_factory=classification.Told)
    choices: Mapping[str, Any] = field(default_factory=dict)
    particulars: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def declare(*, declaration: Declaration, actor: Actor) -> Incident:
    """Open an incident. A person who declares one also acknowledges it by being there."""
    title = declaration.title.strip()
    if not title:
        raise Invalid("An incident needs a title.", "Say what is broken.", field="title")
    if declaration.private and actor.user_id is None:
        raise _seen_by_nobody("Declare it as a person, or open to all.")
    incident = new_row(declaration, title=title[:MAX_TITLE], by=actor.name)
    incident.save()
    _, own = particulars.apply(incident, declaration.particulars)
    if actor.kind != "system":
        custom_fields.require(incident, RequiredWhen.DECLARING)
    if declaration.particulars:
        incident.save()
    bus.emit_all(birth(incident, actor=actor))
    if own:
        bus.emit(incident, facts.FieldsChanged(changes=own), actor=actor)
    if declaration.private and actor.user_id is not None:
        _hand_over(incident, IncidentRole.RESPONDER, User.objects.get(pk=actor.user_id), actor)
    return incident


def new_row(declaration: Declaration, *, title: str, by: str = "") -> Incident:
    """The unsaved row that a declaration describes, triaged."""
    now = clock.now()
    service = declaration.service
    incident = Incident(
        title=title,
        summary=declaration.summary,
        severity=declaration.severity,
        service=service,
        team=declaration.team or (service.team if service else None),
        environment=declaration.environment,
        customer_impact=declaration.customer_impact,
        private=declaration.private,
        source=declaration.source,
        dedup_key=declaration.dedup_key,
        began_at=min(declaration.began_at or now, now),
        opened_at=now,
        updated_at=now,
    )
    for name, value in declaration.choices.items():
        classification.choose(incident, name=name, value=value, by=by)
    classification.find(incident, declaration.evidence)
    return incident


def birth(incident: Incident, *, actor: Actor) -> list[bus.News]:
    """What there is to tell of a new incident: that it is there, and what triage made of it."""
    return [
        bus.News(incident=incident, bodies=[opened(incident)], actor=actor),
        bus.News(incident=incident, bodies=[triaged(incident)], actor=TRIAGE),
    ]


def triaged(incident: Incident, *, again: bool = False) -> facts.IncidentTriaged:
    return facts.IncidentTriaged(
        type=incident.type,
        category=incident.category,
        impact=incident.impact,
        priority=incident.priority,
        affected_percent=incident.affected_percent,
        why=incident.triage["why"],
        again=again,
    )


def opened(incident: Incident) -> facts.IncidentOpened:
    return facts.IncidentOpened(
        title=incident.title,
        severity=incident.severity.code,
        source=incident.source,
        service=incident.service.name if incident.service else "",
    )


@transaction.atomic
def move(
    *, incident_id: int, name: str, actor: Actor, reason: str = "", cause: Fact | None = None
) -> Incident:
    """Make the move `name` of the table in `moves`."""
    incident = locked(incident_id)
    step = moves.MOVES.get(name)
    if step is None:
        raise Invalid(f"There is no move called {name!r}.", _choices(incident), field="move")
    if incident.state not in step.sources:
        raise Conflict(
            f"{incident.reference} is {incident.get_state_display().lower()}: "
            f"it cannot {name} from there.",
            _choices(incident),
        )
    if name == "resolve" and actor.kind != "system":
        custom_fields.require(incident, RequiredWhen.RESOLVING)
    old = incident.state
    _enter(incident, step)
    incident.save()
    body = facts.StateChanged(move=name, old=old, new=step.target, reason=reason)
    bus.emit(incident, body, actor=actor, cause=cause)
    return incident


_MOVED = ("state", "acknowledged_at", "identified_at", "mitigated_at", "resolved_at", "closed_at")


@transaction.atomic
def move_those(
    *, incident_ids: Iterable[int], sources: Iterable[State], name: str, actor: Actor, reason: str
) -> list[Incident]:
    """As `move`, in a fixed number of statements, for those of the incidents that are in one of
    `sources`, which must be states that the move may be made from. Returns the moved ones."""
    step = moves.MOVES[name]
    allowed = step.sources.intersection(sources)
    rows = row_locks.held(Incident.objects).order_by("pk")
    incidents = list(rows.filter(pk__in=list(incident_ids), state__in=allowed))
    news: list[bus.News] = []
    for incident in incidents:
        body = facts.StateChanged(move=name, old=incident.state, new=step.target, reason=reason)
        _enter(incident, step)
        news.append(bus.News(incident=incident, bodies=[body], actor=actor))
    Incident.objects.bulk_update(incidents, _MOVED)
    bus.emit_all(news)
    return incidents


@transaction.atomic
def back_again(incident: Incident, *, actor: Actor) -> Incident:
    """Open once more what ended a moment ago, as if nobody had looked yet. The row is locked."""
    body = facts.StateChanged(
        move=moves.BACK.name,
        old=incident.state,
        new=moves.BACK.target,
        reason="its alerts fire again soon after its end",
    )
    incident.state = moves.BACK.target
    incident.resolved_at = incident.closed_at = None
    incident.save(update_fields=["state", "resolved_at", "closed_at"])
    bus.emit(incident, body, actor=actor)
    return incident


def _choices(incident: Incident) -> str:
    names = ", ".join(move.name for move in moves.allowed_from(incident.state))
    return f"Possible now: {names}."


def _enter(incident: Incident, step: moves.Move) -> None:
    now = clock.now()
    incident.state = step.target
    if incident.acknowledged_at is None:
        incident.acknowledged_at = now
    if step.stamps and getattr(incident, step.stamps) is None:
        setattr(incident, step.stamps, now)
    if step.name == "reopen":
        incident.resolved_at = incident.closed_at = None
        # Another incident may have taken the key since; this one no longer owns it.
        incident.dedup_key = None


@transaction.atomic
def set_state(*, incident_id: int, state: str, actor: Actor, reason: str = "") -> Incident:
    """Bring the incident to `state` by the move that leads there; staying put is no move."""
    incident = locked(incident_id)
    if state not in State.values:
        raise Invalid(f"There is no state called {state!r}.", _state_names(incident), field="state")
    if incident.state == state:
        return incident
    step = moves.leading_to(incident.state, state)
    if step is None:
        raise Conflict(
            f"{incident.reference} cannot go from {incident.state} to {state}.",
            _state_names(incident),
        )
    return move(incident_id=incident_id, name=step.name, actor=actor, reason=reason)


def _state_names(incident: Incident) -> str:
    names = ", ".join(sorted({str(m.target) for m in moves.allowed_from(incident.state)}))
    return f"Possible now: {names}."


@transaction.atomic
def set_severity(
    *, incident_id: int, severity: Severity, actor: Actor, reason: str = ""
) -> Incident:
    incident = locked(incident_id)
    if incident.severity_id == severity.pk:
        return incident
    old, told = incident.severity.code, told_of_severity(incident, severity)
    incident.severity = severity
    classification.settle(incident)
    incident.save(update_fields=["severity", *classification.SETTLED])
    body = facts.SeverityChanged(old=old, new=severity.code, reason=reason, told=told)
    bus.emit(incident, body, actor=actor)
    return incident


def told_of_severity(incident: Incident, severity: Severity) -> list[str]:
    """Whoever has a role is told when it gets worse."""
    if severity.rank >= incident.severity.rank:
        return []
    held = incident.role_assignments.filter(until__isnull=True)
    return sorted(set(held.values_list("user__username", flat=True)))


@transaction.atomic
def assign(
    *, incident_id: int, role: str, user: User, actor: Actor, cause: Fact | None = None
) -> Incident:
    """Give `user` the role; a role held by one person passes from whoever holds it."""
    incident = locked(incident_id)
    if role not in IncidentRole.values:
        names = ", ".join(IncidentRole.values)
        raise Invalid(f"There is no role called {role!r}.", f"Roles: {names}.", field="role")
    if not user.is_active:
        raise Invalid(f"{user} is no longer active.", "Choose somebody else.", field="user")
    _hand_over(incident, IncidentRole(role), user, actor, cause=cause)
    return incident


def _hand_over(
    incident: Incident, role: IncidentRole, user: User, actor: Actor, cause: Fact | None = None
) -> None:
    now = clock.now()
    current = incident.role_assignments.filter(role=role, until__isnull=True)
    if current.filter(user=user).exists():
        return
    previous = current.select_related("user").first() if role in SINGLE_ROLES else None
    if previous:
        previous.until = now
        previous.save(update_fields=["until"])
    RoleAssignment.objects.create(incident=incident, role=role, user=user, since=now)
    body = facts.RoleAssigned(
        role=role,
        user_id=user.pk,
        handle=user.username,
        name=str(user),
        previous=str(previous.user) if previous else "",
    )
    bus.emit(incident, body, actor=actor, cause=cause)


@transaction.atomic
def edit(*, incident_id: int, changes: Mapping[str, Any], actor: Actor) -> Incident:
    """Change what people say of it; `changes` maps names of `particulars.EDITABLE` to values."""
    incident = locked(incident_id)
    told, fields = particulars.apply(incident, changes)
    if not incident.title.strip():
        raise Invalid("An incident needs a title.", "Say what is broken.", field="title")
    if told:
        told |= classification.find(incident)
    if told or fields:
        incident.save()
    bodies: list[facts.FactBody] = [facts.IncidentEdited(changes=told)] if told else []
    bodies += [facts.FieldsChanged(changes=fields)] if fields else []
    if bodies:
        bus.emit_all([bus.News(incident=incident, bodies=bodies, actor=actor)])
    return incident


@transaction.atomic
def note(
    *, incident_id: int, text: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Incident:
    """Put a note on the timeline."""
    incident = locked(incident_id)
    if not text.strip():
        raise Invalid("The note is empty.", "Write what you found or decided.", field="text")
    if client_id and Fact.objects.filter(incident=incident, client_id=client_id).exists():
        return incident
    bus.emit(incident, facts.Noted(note=text.strip()), actor=actor, client_id=client_id)
    return incident


@transaction.atomic
def set_private(*, incident_id: int, private: bool, actor: Actor) -> Incident:
    """Hide the incident from all but those with a role in it, or show it to all again."""
    incident = locked(incident_id, merged_too=True)
    if incident.private == private:
        return incident
    named = incident.role_assignments.filter(removed_at__isnull=True)
    if private and actor.user_id is None and not named.exists():
        raise _seen_by_nobody("Give somebody a role in it first.")
    incident.private = private
    incident.save(update_fields=["private"])
    if private and actor.user_id is not None:
        _hand_over(incident, IncidentRole.RESPONDER, User.objects.get(pk=actor.user_id), actor)
    bus.emit(incident, facts.AccessChanged(private=private), actor=actor)
    return incident


def _seen_by_nobody(hint: str) -> Invalid:
    return Invalid("No person could see this private incident.", hint, field="private")


@transaction.atomic
def remove(*, incident_id: int, actor: Actor) -> None:
    """Delete the incident and all that is about it; only the log remembers."""
    incident = locked(incident_id, merged_too=True)
    log.warning("%s deleted %s", actor.handle, incident.reference)
    incident.delete()
