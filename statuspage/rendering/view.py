"""What a page shows, read from the rows in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Prefetch, Q, QuerySet

from incidents.kernel import clock
from statuspage.models import (
    Component,
    ComponentEffect,
    ComponentState,
    PublicIncident,
    PublicState,
    PublicUpdate,
    StatusPage,
    worst,
)
from statuspage.rendering import days, words

RECENT: Final = 5


@dataclass(frozen=True, slots=True)
class ComponentView:
    row: Component
    state: ComponentState
    since: datetime | None
    known_from: datetime
    days: Sequence[days.Day]
    availability: float | None

    @property
    def tone(self) -> str:
        return words.TONES[self.state]

    @property
    def name(self) -> str:
        return self.row.name


@dataclass(frozen=True, slots=True)
class GroupView:
    name: str
    components: Sequence[ComponentView]

    @property
    def summary(self) -> str:
        hit = [c for c in self.components if c.state != ComponentState.OPERATIONAL]
        total = len(self.components)
        if hit:
            return f"{len(hit)} of {total} affected"
        return "Operational" if total == 1 else f"All {total} operational"


@dataclass(frozen=True, slots=True)
class IncidentView:
    """`effects` are those in force; for an incident that is over, the worst that each ever was."""

    row: PublicIncident
    path: str
    updates: Sequence[PublicUpdate]
    effects: Sequence[tuple[Component, ComponentState]]
    peak: ComponentState

    @property
    def is_over(self) -> bool:
        return self.row.is_over

    @property
    def tone(self) -> str:
        """The colour of the worst it does, or did; information where it affects no component."""
        if not self.is_over and not self.effects:
            return "info"
        state = self.peak if self.is_over else worst(state for _, state in self.effects)
        return "info" if state == ComponentState.OPERATIONAL else words.TONES[state]

    @property
    def word(self) -> str:
        if self.tone == "info":
            return "Notice" if self.is_over else PublicState(self.row.state).label
        state = self.peak if self.is_over else worst(state for _, state in self.effects)
        return state.label

    @property
    def names(self) -> list[str]:
        return [component.name for component, _ in self.effects]

    @property
    def length(self) -> str:
        until = self.row.resolved_at or clock.now()
        return words.spell((until - self.row.started_at).total_seconds())

    @property
    def gist(self) -> str:
        return words.gist(self.updates[0].body) if self.updates else ""


@dataclass(frozen=True, slots=True)
class PageView:
    page: StatusPage
    now: datetime
    groups: Sequence[GroupView]
    active: Sequence[IncidentView]
    past: Sequence[IncidentView]

    @property
    def components(self) -> list[ComponentView]:
        return [component for group in self.groups for component in group.components]

    @property
    def working(self) -> int:
        """How many components work as they should."""
        return len([c for c in self.components if c.state == ComponentState.OPERATIONAL])

    @property
    def recent(self) -> Sequence[IncidentView]:
        return self.past[:RECENT]

    @property
    def state(self) -> ComponentState:
        return worst(component.state for component in self.components)


def load(page: StatusPage) -> PageView:
    """Everything that the page and its history show. Seven queries."""
    now = clock.now()
    horizon = now - timedelta(days=days.LENGTH)
    found = incidents(page).filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=told_from(now)))
    views = [incident_view(row) for row in found]
    return PageView(
        page=page,
        now=now,
        groups=_groups(page, now, horizon),
        active=sorted((v for v in views if not v.is_over), key=_gravest_first),
        past=[view for view in views if view.is_over],
    )


def told_from(now: datetime) -> datetime:
    """The history tells of whole months, back to the one ninety days ago."""
    first = now.astimezone(UTC) - timedelta(days=days.LENGTH)
    return first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _gravest_first(view: IncidentView) -> tuple[int, float]:
    peak = worst(state for _, state in view.effects)
    return -peak.rank, -view.row.started_at.timestamp()


def incidents(page: StatusPage) -> QuerySet[PublicIncident]:
    """What the public may read about incidents on this page, newest first."""
    return (
        PublicIncident.objects.filter(page=page, incident__private=False)
        .select_related("page")
        .prefetch_related(
            "updates",
            Prefetch("effects", ComponentEffect.objects.select_related("component")),
        )
    )


def incident_view(row: PublicIncident) -> IncidentView:
    effects = list(row.effects.all())
    shown = effects if row.is_over else [effect for effect in effects if effect.until is None]
    by_component: dict[Component, ComponentState] = {}
    for effect in shown:
        states = [effect.state, by_component.get(effect.component, effect.state)]
        by_component[effect.component] = worst(states)
    gravest_first = sorted(by_component.items(), key=lambda p: (-p[1].rank, p[0].position))
    return IncidentView(
        row=row,
        path=row.path,
        updates=list(row.updates.all()),
        effects=gravest_first,
        peak=worst(effect.state for effect in effects),
    )


def _groups(page: StatusPage, now: datetime, horizon: datetime) -> list[GroupView]:
    effects = (
        ComponentEffect.objects.filter(public_incident__incident__private=False)
        .filter(Q(until__isnull=True) | Q(until__gte=horizon))
        .select_related("public_incident__page")
    )
    rows = page.components.select_related("group").prefetch_related(
        "changes", Prefetch("effects", effects)
    )
    views = [_component(row, now) for row in rows]
    groups = [
        GroupView(group.name, [view for view in views if view.row.group_id == group.pk])
        for group in page.groups.all()
    ]
    loose = [view for view in views if view.row.group_id is None]
    named = [group for group in groups if group.components]
    return [*named, GroupView("Other" if named else "", loose)] if loose else named


def _component(row: Component, now: datetime) -> ComponentView:
    windows = [*_told(row), *_by_hand(row)]
    state = days.state_at(windows, now)
    # What was published may reach back to before the component was listed here.
    known_from = min([row.created_at, *(window.since for window in windows)])
    history = days.days(windows, known_from=known_from, now=now)
    return ComponentView(
        row=row,
        state=state,
        since=_since(windows, state),
        known_from=known_from,
        days=history,
        availability=days.availability(history, known_from=known_from, now=now),
    )


def _since(windows: Sequence[days.Window], state: ComponentState) -> datetime | None:
    return min((w.since for w in windows if w.until is None and w.state == state), default=None)


def _told(row: Component) -> list[days.Window]:
    return [
        days.Window(
            effect.state,
            effect.since,
            effect.until,
            effect.public_incident.title,
            effect.public_incident.path,
        )
        for effect in row.effects.all()
    ]


def _by_hand(row: Component) -> list[days.Window]:
    """The times in which a person had set another state than operational."""
    changes = list(row.changes.all())
    ends = [*(change.at for change in changes[1:]), None]
    return [
        days.Window(change.new, change.at, until, by_hand=True)
        for change, until in zip(changes, ends, strict=False)
        if change.new != ComponentState.OPERATIONAL
    ]
