"""Taking a merged incident out again, as it was."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents.events import bus
from incidents.events.relations import IncidentUnmerged
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict
from incidents.models import OVER, Incident, Merge, Severity
from incidents.pipeline import heirs, lifecycle
from incidents.pipeline.merging import carrying
from incidents.pipeline.merging.deadlocks import tried_again
from incidents.pipeline.merging.joining import called, named
from incidents.selectors import relations


@dataclass(frozen=True, slots=True)
class Parted:
    """The incident on its own again; `notes` say what could not go back to what it was."""

    incident: Incident
    target: Incident
    alerts: int
    notes: list[str]


@tried_again
@transaction.atomic
def unmerge(*, incident_id: int, actor: Actor) -> Parted:
    """Take the incident out of the one it was merged into: its alerts and those that came for it
    since go back, and it is in the state it was in.

    Raises Conflict where it is not merged, or for longer than `relations.UNDO`.
    """
    merge = _merge_of(incident_id)
    way = heirs.way_of(merge.source)
    carrying.hold(way[1:])
    incidents = lifecycle.locked_all([*way, merge.target_id], merged_too=True)
    source, target = incidents[incident_id], incidents[merge.target_id]
    if _merge_of(incident_id).pk != merge.pk or heirs.way_of(source) != way:
        raise Conflict(f"{source.reference} has been changed meanwhile.", "Load the page again.")
    notes: list[str] = []
    why = f"moved back to {called(source)} by {actor.name}, who undid its merge"
    moved = carrying.back(way, why)
    notes += _gone_on(way)
    _restore(source, merge, notes)
    notes += _restore_target(target, merge, actor)
    merge.undone_at = clock.now()
    merge.save(update_fields=["undone_at"])
    _tell(source, [target, incidents[way[-1]]], moved, notes, actor)
    return Parted(source, target, moved, notes)


def _merge_of(incident_id: int) -> Merge:
    rows = Merge.objects.filter(source_id=incident_id, undone_at__isnull=True)
    merge = rows.select_related("source", "target").first()
    if merge is None:
        incident = lifecycle.locked(incident_id, merged_too=True)
        raise Conflict(f"{incident.reference} is not merged into another incident.")
    if clock.now() - merge.at > relations.UNDO:
        raise Conflict(
            f"{merge.source.reference} was merged more than {relations.UNDO.days} days ago.",
            "Split the alerts that belong elsewhere off into a new incident.",
        )
    return merge


def _gone_on(way: list[int]) -> list[str]:
    counts = carrying.gone_on(way)
    incidents = Incident.objects.filter(pk__in=counts).order_by("pk")
    return [
        f"{_alerts(counts[each.pk])} in {called(each)}, moved there since" for each in incidents
    ]


def _alerts(count: int) -> str:
    return "One of its alerts stays" if count == 1 else f"{count} of its alerts stay"


def _restore(source: Incident, merge: Merge, notes: list[str]) -> None:
    before = merge.before
    source.state, source.merged_at, source.merged_into = before["state"], None, None
    remind_at = before.get("remind_at")
    source.remind_at = datetime.fromisoformat(remind_at) if remind_at else None
    changed = ["state", "merged_at", "merged_into", "remind_at"]
    if source.dedup_key and not source.is_over:
        rival = Incident.objects.filter(dedup_key=source.dedup_key).exclude(state__in=OVER).first()
        if rival is not None:
            source.dedup_key = None
            changed.append("dedup_key")
            told = f"New alerts go on joining {called(rival)}, which was opened for them since"
            notes.append(told)
    source.save(update_fields=changed)


def _restore_target(target: Incident, merge: Merge, actor: Actor) -> list[str]:
    """Title and severity go back too, unless somebody has changed them since, or others of the
    same decision are still in it."""
    rest = Merge.objects.filter(decision=merge.decision, undone_at__isnull=True)
    if not merge.changed or rest.exclude(pk=merge.pk).exists():
        return []
    if target.is_merged:
        return [f"{called(target)} was merged itself since and stays as it is"]
    current = {"title": target.title, "severity": target.severity.code}
    kept = [name for name, (_, new) in merge.changed.items() if current[name] != new]
    for name, (old, _) in merge.changed.items():
        if name not in kept:
            _set_back(target, name, old, actor)
    return [f"The {name} of {called(target)} was changed since and stays" for name in kept]


def _set_back(target: Incident, name: str, old: str, actor: Actor) -> None:
    if name == "title":
        lifecycle.edit(incident_id=target.pk, changes={"title": old}, actor=actor)
        return
    severity = Severity.objects.filter(code=old).first()
    if severity is not None:
        reason = "its merge was undone"
        lifecycle.set_severity(incident_id=target.pk, severity=severity, actor=actor, reason=reason)


def _tell(
    source: Incident, others: list[Incident], moved: int, notes: list[str], actor: Actor
) -> None:
    target = others[0]
    back = IncidentUnmerged(back=True, alerts=moved, notes=notes, **named(target))
    left = IncidentUnmerged(back=False, alerts=moved, notes=notes, **named(source))
    news = [bus.News(incident=source, bodies=[back], actor=actor)]
    news += [
        bus.News(incident=each, bodies=[left], actor=actor)
        for each in {other.pk: other for other in others}.values()
    ]
    bus.emit_all(news)
