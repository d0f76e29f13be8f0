"""Putting incidents that turn out to be one into one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from incidents.events import bus
from incidents.events.relations import IncidentMerged
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Incident, IncidentRole, Merge, Severity, State, User
from incidents.pipeline import lifecycle
from incidents.pipeline.merging import carrying
from incidents.pipeline.merging.deadlocks import tried_again

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What goes into which incident. An empty title and no severity leave the target's as they
    are; `responders` are made responders of the target."""

    target_id: int
    source_ids: Sequence[int]
    title: str = ""
    severity: Severity | None = None
    responders: Sequence[User] = ()
    reason: str = ""


@tried_again
@transaction.atomic
def merge(*, joining: Joining, actor: Actor) -> Incident:
    """Move the alerts of the sources into the target and close the sources as merged.

    Returns the target. Raises Conflict for what was merged before, for an open incident into one
    that is over, and for a private one into one that all may see.
    """
    ids = _checked(joining)
    carrying.hold(ids)
    incidents = lifecycle.locked_all([joining.target_id, *ids])
    target = incidents[joining.target_id]
    sources = [incidents[pk] for pk in ids]
    for source in sources:
        check_pair(source, target)
    now_so = _apply(joining, target, actor)
    decision = uuid.uuid4()
    news: list[bus.News] = []
    for source in sources:
        moved = _put(source, target, actor)
        _remember(source, target, actor, decision, now_so)
        news += _told(source, target, moved, joining.reason, actor)
    bus.emit_all(news)
    return Incident.objects.select_related("severity", "service", "team").get(pk=target.pk)


def _checked(joining: Joining) -> list[int]:
    ids = sorted(set(joining.source_ids))
    if not ids:
        raise Invalid("There is nothing to merge.", "Choose another incident.", field="incidents")
    if joining.target_id in ids:
        raise Invalid(
            f"INC-{joining.target_id} cannot be merged into itself.",
            "Choose another incident.",
            field="incidents",
        )
    if len(ids) > MOST:
        raise Invalid(f"At most {MOST} can be merged at once.", field="incidents")
    return ids


def check_pair(source: Incident, target: Incident) -> None:
    """Raises Conflict, saying why, where one may not go into the other."""
    if source.private and not target.private:
        raise Conflict(
            f"{source.reference} is private, {target.reference} is not: "
            "its alerts would be seen by everybody.",
            f"Make {target.reference} private first, or merge it into {source.reference}.",
        )
    if target.is_over and not source.is_over:
        raise Conflict(
            f"{target.reference} is over and {source.reference} is still open.",
            f"Reopen {target.reference} first, or merge it into {source.reference}.",
        )


def _put(source: Incident, target: Incident, actor: Actor) -> int:
    why = f"moved with {called(source)} into {called(target)} by {actor.name}"
    moved = carrying.further(carrying.of(source), source, target, why)
    reminds = [at for at in (source.remind_at, target.remind_at) if at is not None]
    if reminds and target.remind_at != min(reminds):
        target.remind_at = min(reminds)
        target.save(update_fields=["remind_at"])
    return moved


def _remember(
    source: Incident,
    target: Incident,
    actor: Actor,
    decision: uuid.UUID,
    changed: Mapping[str, Any],
) -> None:
    now = clock.now()
    remind_at = source.remind_at.isoformat() if source.remind_at else None
    Merge.objects.create(
        source=source,
        target=target,
        decision=decision,
        at=now,
        by_handle=actor.handle,
        by_name=actor.name,
        before={"state": source.state, "remind_at": remind_at},
        changed=changed,
    )
    source.state, source.merged_at, source.merged_into = State.MERGED, now, target
    source.remind_at = None
    source.save(update_fields=["state", "merged_at", "merged_into", "remind_at"])


def _told(
    source: Incident, target: Incident, moved: int, reason: str, actor: Actor
) -> list[bus.News]:
    into = IncidentMerged(into=True, alerts=moved, reason=reason, **named(target))
    here = IncidentMerged(into=False, alerts=moved, reason=reason, **named(source))
    pairs = ((source, into), (target, here))
    return [bus.News(incident=one, bodies=[body], actor=actor) for one, body in pairs]


def named(incident: Incident) -> dict[str, str]:
    """How other timelines may call it: what is private has no name there."""
    shown = not incident.private
    return {
        "reference": incident.reference if shown else "",
        "title": incident.title if shown else "",
    }


def called(incident: Incident) -> str:
    return "a private incident" if incident.private else incident.reference


def _apply(joining: Joining, target: Incident, actor: Actor) -> dict[str, list[str]]:
    """Change the target as asked; returns what changed, old and new, so that it can go back."""
    changed: dict[str, list[str]] = {}
    title = joining.title.strip()[: lifecycle.MAX_TITLE]
    if title and title != target.title:
        changed["title"] = [target.title, title]
        lifecycle.edit(incident_id=target.pk, changes={"title": title}, actor=actor)
        target.title = title
    severity = joining.severity
    if severity is not None and severity.pk != target.severity.pk:
        changed["severity"] = [target.severity.code, severity.code]
        reason = joining.reason or "merged with others"
        lifecycle.set_severity(incident_id=target.pk, severity=severity, actor=actor, reason=reason)
    for user in joining.responders:
        role = IncidentRole.RESPONDER
        lifecycle.assign(incident_id=target.pk, role=role, user=user, actor=actor)
    return changed
