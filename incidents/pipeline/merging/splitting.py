"""Taking alerts that belong to something else out into an incident of their own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.events.relations import IncidentSplit
from incidents.kernel import clock, row_locks
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import (
    Alert,
    Incident,
    IncidentLink,
    IncidentRole,
    LinkKind,
    Service,
    Severity,
)
from incidents.pipeline import lifecycle
from incidents.pipeline.classification import Told
from incidents.pipeline.merging import carrying
from incidents.pipeline.merging.deadlocks import tried_again
from incidents.pipeline.merging.joining import called, named

MOST: Final = 5000
_TITLES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A message of the room that tells something about the new incident: it stays where it is."""

    seq: int
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """What goes into the new incident."""

    alert_ids: Sequence[int]
    title: str
    severity: Severity
    said: Sequence[Quote] = field(default=())


@tried_again
@transaction.atomic
def split(*, incident_id: int, division: Division, actor: Actor) -> Incident:
    """Move the alerts into a new incident that is linked back; returns it.

    Raises Invalid without an alert or a title, Conflict for alerts that are not in the incident.
    """
    if not division.alert_ids or len(division.alert_ids) > MOST:
        raise Invalid(
            "Say which alerts belong to the new incident.",
            f"At least one, at most {MOST:,}.",
            field="alerts",
        )
    alerts = _held(division.alert_ids)
    origin = lifecycle.locked(incident_id)
    gone = len(set(division.alert_ids)) - sum(a.incident_id == incident_id for a in alerts)
    if gone:
        told = "One of the alerts is" if gone == 1 else f"{gone} of the alerts are"
        raise Conflict(f"{told} not in {origin.reference}.", "Load the page again and choose anew.")
    new = _declared(origin, division, alerts, actor)
    why = f"split off from {called(origin)} into {called(new)} by {actor.name}"
    carrying.further([alert.pk for alert in alerts], origin, new, why)
    IncidentLink.objects.create(
        one=new,
        other=origin,
        kind=LinkKind.SPLIT_FROM,
        created_at=clock.now(),
        by_name=actor.name,
    )
    _tell(origin, new, division, alerts, actor)
    return new


def _held(alert_ids: Sequence[int]) -> list[Alert]:
    rows = row_locks.held(Alert.objects).select_related("severity", "service")
    return list(rows.filter(pk__in=list(alert_ids)).order_by("pk"))


def _declared(
    origin: Incident, division: Division, alerts: Sequence[Alert], actor: Actor
) -> Incident:
    declaration = lifecycle.Declaration(
        title=division.title,
        severity=division.severity,
        service=_service_of(alerts) or origin.service,
        team=origin.team,
        environment=origin.environment,
        private=origin.private,
        source=origin.source,
        began_at=min(alert.started_at for alert in alerts),
        evidence=Told(alerts=[alert.title for alert in alerts[:_TITLES]]),
    )
    new = lifecycle.declare(declaration=declaration, actor=actor)
    if origin.private:
        _let_in(origin, new, actor)
    return new


def _service_of(alerts: Sequence[Alert]) -> Service | None:
    """Where most of them are."""
    services = [alert.service for alert in alerts if alert.service is not None]
    counted = Counter(service.pk for service in services).most_common(1)
    return next((s for s in services if counted and s.pk == counted[0][0]), None)


def _let_in(origin: Incident, new: Incident, actor: Actor) -> None:
    """Whoever works on a private incident may see what is split off from it."""
    held = origin.role_assignments.filter(until__isnull=True).select_related("user")
    for user in {row.user.pk: row.user for row in held if row.user.is_active}.values():
        role = IncidentRole.RESPONDER
        lifecycle.assign(incident_id=new.pk, role=role, user=user, actor=actor)


def _tell(
    origin: Incident, new: Incident, division: Division, alerts: Sequence[Alert], actor: Actor
) -> None:
    titles = [alert.title[:200] for alert in alerts[:_TITLES]]
    said = [
        {"seq": str(quote.seq), "author": quote.author, "text": quote.text[:200]}
        for quote in division.said
    ]
    off = IncidentSplit(off=True, alerts=titles, said=said, **named(new))
    here = IncidentSplit(off=False, alerts=titles, said=said, **named(origin))
    bus.emit_all(
        [
            bus.News(incident=origin, bodies=[off], actor=actor),
            bus.News(incident=new, bodies=[here], actor=actor),
        ]
    )
