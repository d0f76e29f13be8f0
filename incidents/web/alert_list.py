"""The list of alerts: what fires, what is kept quiet and why, what is over; in groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import matchers
from incidents.kernel.errors import Invalid
from incidents.models import Alert, Integration, Service, Severity
from incidents.selectors import alert_groups, alerts, pages
from incidents.selectors.alert_matching import fitting
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

# What `state` says in the address, the word on its tab, and the state it means.
TABS: Final = (
    ("", "Firing", "audible"),
    ("suppressed", "Suppressed", "suppressed"),
    ("resolved", "Resolved", "resolved"),
    ("all", "All", ""),
)
_STATES: Final = {name: state for name, _, state in TABS}
_NAMES: Final = ("q", "state", "severity", "service", "integration", "labels")
# What bounds the words and matchers that a filter may hold.
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `state` may also be open or acknowledged."""

    filters: dict[str, str]
    chosen: alerts.AlertFilter
    opened: list[str]

    @classmethod
    def of(cls, request: Request) -> "Asked":
        filters = {n: request.GET.get(n, "").strip().replace("\0", "")[:LONGEST] for n in _NAMES}
        number = filters["integration"]
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        chosen = alerts.AlertFilter(
            state=_STATES.get(filters["state"], filters["state"]),
            severity=filters["severity"],
            service=filters["service"],
            text=filters["q"],
            integration=int(number) if is_number else 0,
        )
        return cls(filters, chosen, request.GET.getlist("open")[: alert_groups.MOST_OPEN])

    @property
    def fires(self) -> bool:
        """Whether all that is asked for is open, so that the database may group it."""
        return self.filters["state"] in {"", "suppressed", "open", "acknowledged"}

    @property
    def is_narrowed(self) -> bool:
        return self.chosen.is_narrowed or bool(self.filters["labels"])

    def address(self, **changes: Any) -> str:
        kept = {name: value for name, value in {**self.filters, **changes}.items() if value}
        return f"?{urlencode(kept, doseq=True)}"


@require_safe
@requires("alert.read")
def listing(request: Request) -> HttpResponse:
    asked = Asked.of(request)
    incidents = access.visible_incidents(request.principal)
    rows, problem, looked_at = _narrowed(alerts.find(incidents, asked.chosen), asked)
    context = {
        "filters": asked.filters,
        "filtered": asked.is_narrowed,
        "problem": problem,
        "looked_at": looked_at,
        "severities": Severity.objects.all(),
        "services": Service.objects.all(),
        "integrations": Integration.objects.order_by("name", "pk"),
        "tabs": _tabs(incidents, asked),
        "may": abilities(request.principal),
        **(_of_group(request, rows, asked) or _groups(request, rows, asked)),
    }
    status = 422 if problem else 200
    return render(request, "incidents/alert_list.html", context, status=status)


def _narrowed(rows: QuerySet[Alert], asked: Asked) -> tuple[QuerySet[Alert], str, int]:
    """The alerts whose labels fit; what is wrong with the matchers; how far was looked."""
    try:
        wanted = matchers.parse_filter(asked.filters["labels"])
    except Invalid as error:
        return rows.none(), f"{error} {error.hint}".strip(), 0
    if not wanted:
        return rows, "", 0
    found = fitting(rows, wanted)
    return rows.filter(pk__in=found.keys), "", found.looked_at


def _tabs(incidents: QuerySet[Any], asked: Asked) -> list[dict[str, Any]]:
    """Each tab with how many are behind it, as far as anybody counts."""
    found = []
    for name, word, state in TABS:
        most = alert_groups.COUNTED if name in {"", "suppressed"} else alert_groups.COUNTED_PAST
        rows = alerts.find(incidents, alerts.AlertFilter(state=state))
        count = alert_groups.counted(rows.select_related(None), most)
        here = asked.filters["state"] == name
        address = asked.address(state=name)
        found.append({"word": word, "count": count, "here": here, "address": address})
    return found


def _of_group(request: Request, rows: QuerySet[Alert], asked: Asked) -> dict[str, Any] | None:
    """One group alone, in pages: where a list of groups leads when it is too long for them."""
    key = request.GET.get("group", "").replace("\0", "")[:64]
    if not key:
        return None
    page = _page(request, alert_groups.of_group(rows, key))
    group = alert_groups.Group(key, len(page.rows), list(page.rows), is_open=True)
    shown = _linked([group] if page.rows else [], asked)
    return {"groups": shown, "alone": asked.address(), **_neighbours(asked, page, group=key)}


def _groups(request: Request, rows: QuerySet[Alert], asked: Asked) -> dict[str, Any]:
    if not asked.fires:
        page = _page(request, rows)
        groups = alert_groups.on_page(page.rows, asked.opened)
        return {"groups": _linked(groups, asked), **_neighbours(asked, page)}
    before = request.GET.get("before", "")
    found = alert_groups.firing(rows, before=before, opened=asked.opened)
    return {
        "groups": _linked(found.groups, asked),
        "older": asked.address(before=found.older) if found.older else "",
        "newer": asked.address() if before else "",
    }


def _page(request: Request, rows: QuerySet[Alert]) -> pages.Page[Alert]:
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    return pages.page(alert_groups.light(rows), "started_at", before=before, after=after)


def _neighbours(asked: Asked, page: pages.Page[Alert], **more: str) -> dict[str, str]:
    return {
        "older": asked.address(before=page.older, **more) if page.older else "",
        "newer": asked.address(after=page.newer, **more) if page.newer else "",
    }


def _linked(groups: Iterable[alert_groups.Group], asked: Asked) -> list[dict[str, Any]]:
    """Groups with the addresses that open, close and show them alone."""
    return [
        {
            "group": group,
            "unfold": asked.address(open=[*asked.opened, group.key]),
            "fold": asked.address(open=[key for key in asked.opened if key != group.key]),
            "alone": asked.address(group=group.key) if asked.fires else "",
        }
        for group in groups
    ]
