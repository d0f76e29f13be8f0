"""The list of incidents: filters, order, columns, and the views that people keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from incidents import access
from incidents.models import (
    Category,
    CustomField,
    FieldKind,
    Incident,
    IncidentRole,
    IncidentType,
    Priority,
    Service,
    Severity,
    State,
    Team,
)
from incidents.pipeline import custom_fields, moves
from incidents.selectors import incident_order, searching
from incidents.selectors.incidents import IncidentFilter, find
from incidents.web import saved_views
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

_SAME: Final = (
    *("state", "severity", "service", "team", "type", "category", "priority"),
    *("region", "environment", "private", "false_positive"),
)
_NAMES: Final = (*_SAME, "q", "since", "until", "sort", "view")
# What opens the further filters: those that are not always shown.
_FURTHER: Final = (*_SAME[3:], "since", "until", "sort")
COLUMNS: Final = {
    "team": "Team",
    "people": "People",
    "category": "Category",
    "regions": "Regions",
    "environment": "Environment",
    "updated": "Changed",
}
_OWN: Final = "field-"
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: `cells` are the chosen columns, `parts` the text that was found."""

    incident: Incident
    cells: list[tuple[str, str]]
    parts: list[searching.Part]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `own` are values of the installation's own fields, by key."""

    filters: dict[str, str]
    own: dict[str, str]
    columns: list[str]

    @classmethod
    def of(cls, given: QueryDict) -> "Asked":
        def clean(name: str) -> str:
            return given.get(name, "").strip().replace("\0", "")[:LONGEST]

        own = {n.removeprefix(_OWN): clean(n) for n in given if n.startswith(_OWN) and clean(n)}
        columns = [name.replace("\0", "")[:60] for name in given.getlist("column")[:20]]
        return cls({name: clean(name) for name in _NAMES}, own, columns)

    @property
    def chosen(self) -> IncidentFilter:
        return IncidentFilter(
            text=self.filters["q"],
            opened_after=_day(self.filters["since"]),
            opened_before=_day(self.filters["until"]),
            fields=tuple(self.own.items()),
            **{name: self.filters[name] for name in _SAME},
        )

    @property
    def is_further(self) -> bool:
        return bool(self.own) or any(self.filters[name] for name in _FURTHER)

    def query(self, **more: str) -> str:
        """The address of the list that asks the same."""
        kept: dict[str, Any] = {k: v for k, v in {**self.filters, **more}.items() if v}
        kept |= {f"{_OWN}{key}": value for key, value in self.own.items()}
        if self.columns:
            kept["column"] = self.columns
        return urlencode(kept, doseq=True)


def _day(text: str) -> datetime | None:
    """The beginning of a day in the viewer's zone; None for nonsense."""
    try:
        day = parse_date(text)
        return timezone.make_aware(datetime.combine(day, time.min)) if day else None
    except (ValueError, OverflowError):
        return None


@require_safe
@requires("incident.read")
def listing(request: Request) -> HttpResponse:
    default = saved_views.default_of(request.principal)
    if not request.GET and default is not None:
        return redirect(f"{request.path}?{saved_views.address_of(default)}")
    asked = Asked.of(request.GET)
    fields = custom_fields.offered()
    rows = find(access.visible_incidents(request.principal), asked.chosen)
    page = incident_order.page(
        rows.prefetch_related("role_assignments__user"),
        asked.filters["sort"],
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "incidents": page.rows,
        "rows": _rows(page.rows, asked, fields),
        "asked": asked,
        "filters": asked.filters,
        "filtered": asked.chosen.is_set,
        "older": f"?{asked.query(before=page.older)}" if page.older else "",
        "newer": f"?{asked.query(after=page.newer)}" if page.newer else "",
        "may": abilities(request.principal),
        **_choices(asked, fields),
        **saved_views.context(request, asked.query(view=""), default),
    }
    return render(request, "incidents/incident_list.html", context)


def _choices(asked: Asked, fields: list[CustomField]) -> dict[str, Any]:
    """What the selects of the page hold."""
    return {
        "states": State.choices,
        "severities": Severity.objects.all(),
        "services": Service.objects.all(),
        "teams": Team.objects.all(),
        "types": IncidentType.choices,
        "categories": Category.choices,
        "priorities": Priority.choices,
        "orders": incident_order.ORDERS,
        "moves": list(moves.MOVES.values()),
        "roles": IncidentRole.choices,
        "columns": [
            (name, word, name in asked.columns)
            for name, word in [*COLUMNS.items(), *((f"{_OWN}{f.key}", f.name) for f in fields)]
        ],
        "own_filters": [
            {"name": f"{_OWN}{f.key}", "field": f, "value": asked.own.get(f.key, ""), **_pick(f)}
            for f in fields
        ],
    }


def _pick(field: CustomField) -> Mapping[str, Any]:
    if field.kind == FieldKind.YES_NO:
        return {"options": [("yes", "Yes"), ("no", "No")]}
    return {"options": [(choice, choice) for choice in field.choices]}


def _rows(found: Any, asked: Asked, fields: list[CustomField]) -> list[Row]:
    told = searching.snippets(asked.filters["q"], [row.pk for row in found])
    by_key = {f"{_OWN}{field.key}": field for field in fields}
    return [
        Row(
            incident,
            [cell for name in asked.columns if (cell := _cell(incident, name, by_key))[1]],
            searching.parts_of(told.get(incident.pk)),
        )
        for incident in found
    ]


def _cell(incident: Incident, name: str, own: Mapping[str, CustomField]) -> tuple[str, str]:
    if name in own:
        return own[name].name, own[name].worded(own[name].of(incident.custom))
    return COLUMNS.get(name, ""), _SHOWN[name](incident) if name in _SHOWN else ""


_SHOWN: Final[Mapping[str, Callable[[Incident], str]]] = {
    "team": lambda incident: incident.team.name if incident.team else "",
    "people": lambda incident: ", ".join(str(held.user) for held in incident.current_roles()[:3]),
    "category": lambda incident: incident.get_category_display(),
    "regions": lambda incident: ", ".join(incident.regions),
    "environment": lambda incident: incident.environment,
    "updated": lambda incident: f"{timezone.localtime(incident.updated_at):%-d %b %Y, %H:%M}",
}
