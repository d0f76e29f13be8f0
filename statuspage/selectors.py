"""What the console shows of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, QuerySet

from incidents.models import Incident
from statuspage.models import (
    UNDER_WAY,
    Component,
    ComponentChange,
    ComponentEffect,
    ComponentGroup,
    ComponentState,
    FollowedEffect,
    Maintenance,
    MaintenanceSeries,
    MaintenanceState,
    PlannedState,
    PlannedUpdate,
    PublicIncident,
    PublicUpdate,
    StatusPage,
    worst,
)

CHANGES = 20
PAST = 20


@dataclass(frozen=True, slots=True)
class ComponentNow:
    """A component with its state now and what makes it so: what people told, what it follows, and
    planned work that goes on."""

    row: Component
    state: ComponentState
    effects: Sequence[ComponentEffect]
    last_change: ComponentChange | None
    followed: Sequence[FollowedEffect] = ()
    works: Sequence[Maintenance] = ()

    @property
    def is_ok(self) -> bool:
        return self.state == ComponentState.OPERATIONAL


def pages() -> list[StatusPage]:
    """The pages that are on, the default one first."""
    return list(StatusPage.objects.filter(enabled=True))


def page_called(slug: str) -> StatusPage | None:
    """The page with this slug; without a slug the default one, or else any."""
    found = StatusPage.objects.filter(enabled=True)
    return found.filter(slug=slug).first() if slug else found.first()


def components_now(page: StatusPage) -> list[ComponentNow]:
    """All components in the order of the page. Five queries."""
    effects = ComponentEffect.objects.filter(
        until=None, public_incident__incident__private=False
    ).select_related("public_incident__incident")
    followed = FollowedEffect.objects.filter(until=None, incident__private=False)
    rows = page.components.select_related("group", "service").prefetch_related(
        Prefetch("effects", effects),
        Prefetch("followed", followed.select_related("incident")),
        "changes",
    )
    works = _works_now(page)
    last = F("group__position").asc(nulls_last=True)
    ordered = rows.order_by(last, "group__name", "position", "name")
    return [_now(row, works.get(row.pk, [])) for row in ordered]


def _works_now(page: StatusPage) -> dict[int, list[Maintenance]]:
    found: dict[int, list[Maintenance]] = {}
    rows = page.maintenances.filter(state__in=UNDER_WAY).prefetch_related("components")
    for planned in rows:
        for component in planned.components.all():
            found.setdefault(component.pk, []).append(planned)
    return found


def _now(row: Component, works: Sequence[Maintenance]) -> ComponentNow:
    effects, followed = list(row.effects.all()), list(row.followed.all())
    told = [effect.state for effect in effects]
    told += [effect.state for effect in followed]
    told += [ComponentState.MAINTENANCE for _ in works]
    changes = list(row.changes.all())
    return ComponentNow(
        row=row,
        state=worst(told or [row.manual_state]),
        effects=effects,
        last_change=changes[-1] if changes else None,
        followed=followed,
        works=works,
    )


def open_incidents(page: StatusPage) -> list[PublicIncident]:
    """What the page tells as still going on, newest first."""
    rows = page.incidents.filter(resolved_at=None, incident__private=False)
    return list(rows.select_related("incident", "page").prefetch_related("updates"))


def recent_changes(page: StatusPage) -> list[ComponentChange]:
    rows = ComponentChange.objects.filter(component__page=page).select_related("component")
    return list(rows.order_by("-at", "-pk")[:CHANGES])


def public_incident(incident: Incident, page: StatusPage) -> PublicIncident | None:
    rows = PublicIncident.objects.filter(incident=incident, page=page).select_related("page")
    return rows.first()


def updates_of(incident: Incident) -> list[PublicUpdate]:
    """What was published about the incident, on whichever page, newest first."""
    rows = PublicUpdate.objects.filter(public_incident__incident=incident)
    return list(
        rows.select_related("public_incident__page", "author").prefetch_related("revisions")
    )


def every_page() -> list[StatusPage]:
    """Those that are off too."""
    return list(StatusPage.objects.annotate(listed=Count("components", distinct=True)))


def known_page(slug: str) -> StatusPage | None:
    """The page with this slug, on or off."""
    return StatusPage.objects.filter(slug=slug).first()


def planned_work(page: StatusPage) -> list[Maintenance]:
    """What goes on and what is to come, the next first."""
    rows = page.maintenances.filter(state__in=[MaintenanceState.SCHEDULED, *UNDER_WAY])
    return list(rows.select_related("series").prefetch_related("components"))


def past_work(page: StatusPage) -> list[Maintenance]:
    """The newest first."""
    over = [MaintenanceState.COMPLETED, MaintenanceState.CANCELLED]
    rows = page.maintenances.filter(state__in=over).prefetch_related("components")
    return list(rows.order_by("-starts_at", "-pk")[:PAST])


def running_series(page: StatusPage) -> list[MaintenanceSeries]:
    return list(page.series.filter(cancelled_at=None).prefetch_related("components"))


def on_their_way(visible: QuerySet[Incident]) -> list[PlannedUpdate]:
    """Updates that wait or are scheduled, about incidents that one may see; the oldest first."""
    waits = (PlannedState.WAITING, PlannedState.SCHEDULED)
    rows = PlannedUpdate.objects.filter(planned_state__in=waits, incident__in=visible)
    return list(rows.select_related("page", "incident").order_by("planned_state", "pk")[:PAST])


def decided(visible: QuerySet[Incident]) -> list[PlannedUpdate]:
    """What became of the last ones, the newest first."""
    rows = PlannedUpdate.objects.filter(decided_at__isnull=False, incident__in=visible)
    return list(rows.select_related("page", "incident").order_by("-decided_at", "-pk")[:PAST])


def about(incident: Incident) -> list[PlannedUpdate]:
    """What is on its way about the incident, and what was sent back since the last update."""
    ends = (PlannedState.REFUSED, PlannedState.FAILED)
    waits = (PlannedState.WAITING, PlannedState.SCHEDULED)
    rows = PlannedUpdate.objects.filter(incident=incident).select_related("page")
    newest = rows.filter(planned_state__in=[*waits, *ends])[:10]
    last = PublicUpdate.objects.filter(public_incident__incident=incident).order_by("-created_at")
    since = last.values_list("created_at", flat=True).first()
    return [
        row
        for row in newest
        if row.planned_state in waits or since is None or row.created_at > since
    ]


@dataclass(frozen=True, slots=True)
class Branch:
    """A group with what stands in it; `group` is None for what stands in none."""

    group: ComponentGroup | None
    components: Sequence[Component]
    branches: Sequence["Branch"] = ()


def tree(page: StatusPage) -> Branch:
    """All groups, the empty ones too. Two queries."""
    groups = list(page.groups.all())
    rows = list(page.components.select_related("service"))

    def branch(group: ComponentGroup | None) -> Branch:
        pk = group.pk if group else None
        return Branch(
            group,
            [row for row in rows if row.group_id == pk],
            [branch(child) for child in groups if child.parent_id == pk],
        )

    return branch(None)
