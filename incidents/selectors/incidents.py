"""Lists of incidents, for the list page, the board, the API and search.

Each takes the incidents the asker may see (`access.visible_incidents`) and narrows them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from incidents.models import OVER, CustomField, Incident, Service
from incidents.selectors import searching


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """What to show. `state` is a state, "open", "over" or empty; `private` and `false_positive` are
    "yes", "no" or empty; `fields` are keys of the installation's own fields with their values; the
    rest are codes and slugs."""

    state: str = ""
    severity: str = ""
    service: str = ""
    team: str = ""
    text: str = ""
    type: str = ""
    category: str = ""
    priority: str = ""
    region: str = ""
    environment: str = ""
    private: str = ""
    false_positive: str = ""
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def find(visible: QuerySet[Incident], chosen: IncidentFilter) -> QuerySet[Incident]:
    """The visible incidents that match, unordered, with what a row shows."""
    rows = visible.select_related("severity", "service", "team")
    if chosen.state == "open":
        rows = rows.exclude(state__in=OVER)
    elif chosen.state == "over":
        rows = rows.filter(state__in=OVER)
    elif chosen.state:
        rows = rows.filter(state=chosen.state)
    if chosen.severity:
        rows = rows.filter(severity__code=chosen.severity)
    if chosen.service:
        rows = rows.filter(_on_service(chosen.service))
    if chosen.team:
        rows = rows.filter(team__slug=chosen.team)
    rows = _particular(rows, chosen)
    return searching.matching(rows, chosen.text) if chosen.text else rows


def _on_service(slug: str) -> Q:
    """Those whose main service it is, and those that hit it as well."""
    service = Service.objects.filter(slug=slug)
    beside = Incident.affected_services.through.objects.filter(service__in=service)
    return Q(service__in=service) | Q(pk__in=beside.values("incident_id"))


def _particular(rows: QuerySet[Incident], chosen: IncidentFilter) -> QuerySet[Incident]:
    for name in ("type", "category", "priority", "environment"):
        value = getattr(chosen, name)
        if value:
            rows = rows.filter(**{name: value})
    for name in ("private", "false_positive"):
        value = getattr(chosen, name)
        if value in {"yes", "no"}:
            rows = rows.filter(**{name: value == "yes"})
    if chosen.region:
        rows = rows.filter(regions__contains=[chosen.region]).exclude(regions=[])
    if chosen.opened_after:
        rows = rows.filter(opened_at__gte=chosen.opened_after)
    if chosen.opened_before:
        rows = rows.filter(opened_at__lt=chosen.opened_before)
    return rows.filter(_own_fields(chosen.fields)) if chosen.fields else rows


def _own_fields(wanted: tuple[tuple[str, str], ...]) -> Q:
    """One query for the definitions. A value that its field could not hold is held by none."""
    known = {field.key: field for field in CustomField.objects.filter(key__in=dict(wanted))}
    kept: dict[str, Any] = {}
    for key, text in wanted:
        field = known.get(key)
        if field is None:
            return Q(pk__in=[])
        kept[str(field.pk)] = field.sought(text)
    # The index holds only those that have any.
    return Q(custom__contains=kept) & ~Q(custom={})


def open_incidents(visible: QuerySet[Incident]) -> QuerySet[Incident]:
    """What burns now, worst and oldest first, with its people."""
    rows = find(visible, IncidentFilter(state="open"))
    return rows.prefetch_related("role_assignments__user").order_by("severity__rank", "opened_at")
