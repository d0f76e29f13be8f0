"""What a page shows, read from the rows in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext

from incidents.kernel import clock
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentState,
    MaintenanceState,
    StatusPage,
    worst,
)
from statuspage.rendering import days, words
from statuspage.rendering.told import IncidentView, gravest_first, incident_view, incidents
from statuspage.rendering.windows import components, known_from, windows
from statuspage.rendering.works import MaintenanceView, maintenance_view, maintenances

__all__ = [
    "ComponentView",
    "GroupView",
    "IncidentView",
    "MaintenanceView",
    "PageView",
    "incident_view",
    "incidents",
    "load",
    "maintenance_view",
    "maintenances",
    "told_from",
]

RECENT: Final = 5
UPCOMING: Final = 10
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class ComponentView:
    """`availability` and the figures of `months` are None, and `months` empty, where the page does
    not tell how available it was."""

    row: Component
    state: ComponentState
    since: datetime | None
    known_from: datetime
    days: Sequence[days.Day]
    availability: float | None
    months: Sequence[tuple[date, float]] = ()
    shows_uptime: bool = True

    @property
    def tone(self) -> str:
        return words.TONES[self.state]

    @property
    def word(self) -> str:
        return words.label(self.state)

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def is_ok(self) -> bool:
        return self.state == ComponentState.OPERATIONAL

    @property
    def is_shown(self) -> bool:
        return not (self.row.only_if_degraded and self.is_ok)


@dataclass(frozen=True, slots=True)
class GroupView:
    """`components` stand in the group itself; `within` are those and what its groups hold."""

    name: str
    components: Sequence[ComponentView]
    groups: Sequence["GroupView"] = ()
    starts_closed: bool = False
    key: str = ""

    @property
    def label(self) -> str:
        """Components without a group have a title where others have one."""
        return gettext("Other") if self.key == _OTHER else self.name

    @property
    def within(self) -> list[ComponentView]:
        return [*self.components, *(one for group in self.groups for one in group.within)]

    @property
    def state(self) -> ComponentState:
        return worst(component.state for component in self.within)

    @property
    def tone(self) -> str:
        return words.TONES[self.state]

    @property
    def is_open(self) -> bool:
        """Trouble is never folded away."""
        return not self.starts_closed or self.state != ComponentState.OPERATIONAL

    @property
    def shows_uptime(self) -> bool:
        return any(component.shows_uptime for component in self.within)

    @property
    def summary(self) -> str:
        total = len(self.within)
        if hit := len([component for component in self.within if not component.is_ok]):
            return gettext("%(hit)d of %(total)d affected") % {"hit": hit, "total": total}
        if total == 1:
            return words.label(ComponentState.OPERATIONAL)
        return gettext("All %(total)d operational") % {"total": total}


@dataclass(frozen=True, slots=True)
class PageView:
    """`components` are all that the page lists, `shown` those that it shows now. `works` is planned
    work that goes on, `upcoming` that lies ahead, the next first; `done` is over."""

    page: StatusPage
    now: datetime
    groups: Sequence[GroupView]
    components: Sequence[ComponentView]
    active: Sequence[IncidentView]
    past: Sequence[IncidentView]
    works: Sequence[MaintenanceView] = ()
    upcoming: Sequence[MaintenanceView] = ()
    done: Sequence[MaintenanceView] = ()

    @property
    def first_day(self) -> date:
        """Of the bars."""
        return self.now.astimezone(UTC).date() - timedelta(days=days.LENGTH - 1)

    @property
    def shown(self) -> list[ComponentView]:
        return [component for group in self.groups for component in group.within]

    @property
    def working(self) -> int:
        """How many of those shown work as they should."""
        return len([component for component in self.shown if component.is_ok])

    @property
    def recent(self) -> Sequence[IncidentView]:
        return self.past[:RECENT]

    @property
    def latest(self) -> list[IncidentView | MaintenanceView]:
        """What was over last, of both kinds."""
        found: list[IncidentView | MaintenanceView] = [*self.past, *self.done]
        return sorted(found, key=lambda one: one.began, reverse=True)[:RECENT]

    @property
    def state(self) -> ComponentState:
        return worst(component.state for component in self.components)

    @property
    def shows_uptime(self) -> bool:
        return any(component.shows_uptime for component in self.shown)


def load(page: StatusPage) -> PageView:
    """Everything that the page and its history of ninety days show. Eleven queries."""
    now = clock.now()
    horizon = told_from(now)
    found = incidents(page).filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=horizon))
    told = [incident_view(row) for row in found]
    works = _works(page, horizon)
    listed = _components(page, works, now)
    return PageView(
        page=page,
        now=now,
        groups=_tree(list(page.groups.all()), [one for one in listed if one.is_shown]),
        components=listed,
        active=sorted((one for one in told if not one.is_over), key=gravest_first),
        past=[one for one in told if one.is_over],
        works=[work for work in works if work.is_under_way],
        upcoming=[w for w in works if w.state == MaintenanceState.SCHEDULED][:UPCOMING],
        done=sorted(
            (work for work in works if work.is_over and work.row.started_at),
            key=lambda work: work.began,
            reverse=True,
        ),
    )


def told_from(now: datetime) -> datetime:
    """The history tells of whole months, back to the one ninety days ago."""
    first = now.astimezone(UTC) - timedelta(days=days.LENGTH)
    return first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _works(page: StatusPage, horizon: datetime) -> list[MaintenanceView]:
    over = (MaintenanceState.COMPLETED, MaintenanceState.CANCELLED)
    rows = maintenances(page).filter(
        ~Q(state__in=over) | Q(ends_at__gte=horizon) | Q(ended_at__gte=horizon)
    )
    return [maintenance_view(row) for row in rows]


def _components(
    page: StatusPage, works: Sequence[MaintenanceView], now: datetime
) -> list[ComponentView]:
    by_component: dict[int, list[MaintenanceView]] = {}
    for work in works:
        for component in work.row.components.all():
            by_component.setdefault(component.pk, []).append(work)
    rows = components(page, told_from(now))
    return [_component(page, row, windows(row, by_component), now) for row in rows]


def _component(
    page: StatusPage, row: Component, found: Sequence[days.Window], now: datetime
) -> ComponentView:
    state = days.state_at(found, now)
    since = min((w.since for w in found if w.until is None and w.state == state), default=None)
    start = known_from(row, found)
    if not (page.shows_uptime and row.shows_uptime):
        return ComponentView(row, state, since, start, (), None, shows_uptime=False)
    weights = days.Weights.of(page)
    history = days.days(found, known_from=start, now=now)
    return ComponentView(
        row=row,
        state=state,
        since=since,
        known_from=start,
        days=history,
        availability=days.availability(history, known_from=start, now=now, weights=weights),
        months=_months(found, start, now, weights),
    )


def _months(
    found: Sequence[days.Window], start: datetime, now: datetime, weights: days.Weights
) -> list[tuple[date, float]]:
    """The figure of each month, newest first."""
    figures = []
    end, first = now, now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while first >= told_from(now) and end > start:
        figure = days.between(found, max(first, start), end, weights)
        if figure is not None:
            figures.append((first.date(), figure))
        end, first = first, (first - timedelta(days=1)).replace(day=1)
    return figures


def _tree(groups: Sequence[ComponentGroup], shown: Sequence[ComponentView]) -> list[GroupView]:
    """Groups that show nothing are left out; what is in none comes last. A group that is within
    itself, however that came about, stands at the top: nothing may get lost."""
    members: dict[int | None, list[ComponentView]] = {}
    for component in shown:
        members.setdefault(component.row.group_id, []).append(component)
    children: dict[int | None, list[ComponentGroup]] = {}
    for group in groups:
        children.setdefault(group.parent_id, []).append(group)
    seen: set[int] = set()

    def made(rows: Iterable[ComponentGroup]) -> list[GroupView]:
        views = []
        for row in rows:
            if row.pk in seen:
                continue
            seen.add(row.pk)
            view = GroupView(
                name=row.name,
                components=members.get(row.pk, []),
                groups=made(children.get(row.pk, ())),
                starts_closed=row.starts_closed,
                key=f"group-{row.pk}",
            )
            views += [view] if view.within else []
        return views

    named = [*made(children.get(None, ())), *made(groups)]
    loose = members.get(None, [])
    other = GroupView("", loose, key=_OTHER if named else "")
    return [*named, other] if loose else named
