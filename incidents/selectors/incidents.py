"""Lists of incidents, for the list page, the board, the API and search.

Each takes the incidents the asker may see (`access.visible_incidents`) and narrows them.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from incidents.models import OVER, Incident
from incidents.selectors import searching


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """What to show. `state` is a state, "open", "over" or empty; the rest are codes and slugs."""

    state: str = ""
    severity: str = ""
    service: str = ""
    team: str = ""
    text: str = ""
    type: str = ""
    category: str = ""
    priority: str = ""

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
        rows = rows.filter(service__slug=chosen.service)
    if chosen.team:
        rows = rows.filter(team__slug=chosen.team)
    for name in ("type", "category", "priority"):
        value = getattr(chosen, name)
        if value:
            rows = rows.filter(**{name: value})
    return searching.matching(rows, chosen.text) if chosen.text else rows


def open_incidents(visible: QuerySet[Incident]) -> QuerySet[Incident]:
    """What burns now, worst and oldest first, with its people."""
    rows = find(visible, IncidentFilter(state="open"))
    return rows.prefetch_related("role_assignments__user").order_by("severity__rank", "opened_at")
