"""How long an incident will last, by what came before, and how much it hurts meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet

from incidents.models import Incident, IncidentType, State
from incidents.models.triage import in_sentence

# Fewer than this say nothing.
ENOUGH: Final = 5
_NEWEST: Final = 500


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds from opening to resolving: the median of `n` past incidents, and what four of five
    stayed below. None where fewer than ENOUGH are alike; then `n` says how many there are."""

    n: int
    median: float | None
    p80: float | None
    basis: str

    @property
    def is_known(self) -> bool:
        return self.median is not None


@dataclass(frozen=True, slots=True)
class Harm:
    """What the figures of the service make of the share of users hit; None where it has none."""

    users: int | None
    revenue_per_hour: Decimal | None


def expected(visible: QuerySet[Incident], incident: Incident) -> Estimate:
    """By the newest past incidents of the same type that the viewer may see: on the same service
    and severity where there are enough, else on the same service, else of the same severity, else
    of the type alone. One query."""
    rows = (
        visible.filter(type=incident.type, resolved_at__isnull=False, false_positive=False)
        .exclude(pk=incident.pk)
        .exclude(state=State.MERGED)
        .order_by("-resolved_at")
        .values_list("service_id", "severity_id", "opened_at", "resolved_at")
    )
    past = [
        (service, severity, max((end - start).total_seconds(), 0.0))
        for service, severity, start, end in rows[:_NEWEST]
        if end is not None
    ]
    kind = in_sentence(str(IncidentType(incident.type).label))
    for on_service, of_severity in ((True, True), (True, False), (False, True), (False, False)):
        if on_service and incident.service_id is None:
            continue
        alike = [
            seconds
            for service, severity, seconds in past
            if (not on_service or service == incident.service_id)
            and (not of_severity or severity == incident.severity_id)
        ]
        if len(alike) >= ENOUGH:
            return _estimate(alike, _basis(incident, kind, on_service, of_severity))
    return Estimate(n=len(past), median=None, p80=None, basis=kind)


def _basis(incident: Incident, kind: str, on_service: bool, of_severity: bool) -> str:
    where = f" on {incident.service.name}" if on_service and incident.service else ""
    return f"{kind}{where}{f' at {incident.severity.code}' if of_severity else ''}"


def _estimate(seconds: Sequence[float], basis: str) -> Estimate:
    ordered = sorted(seconds)
    return Estimate(
        n=len(ordered), median=_quantile(ordered, 0.5), p80=_quantile(ordered, 0.8), basis=basis
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two nearest."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def harm(incident: Incident) -> Harm:
    """No query where the service is loaded."""
    service, percent = incident.service, incident.affected_percent
    if service is None or percent is None:
        return Harm(None, None)
    users = None if service.users is None else round(service.users * percent / 100)
    revenue = service.revenue_per_hour
    lost = None if revenue is None else round(revenue * Decimal(str(percent)) / 100, 2)
    return Harm(users, lost)
