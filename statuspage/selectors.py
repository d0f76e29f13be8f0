"""What the console shows of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch

from incidents.models import Incident
from statuspage.models import (
    Component,
    ComponentChange,
    ComponentEffect,
    ComponentState,
    PublicIncident,
    PublicUpdate,
    StatusPage,
    worst,
)

CHANGES = 20


@dataclass(frozen=True, slots=True)
class ComponentNow:
    """A component with its state now and what makes it so."""

    row: Component
    state: ComponentState
    effects: Sequence[ComponentEffect]
    last_change: ComponentChange | None

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
    """All components in the order of the page. Three queries."""
    effects = ComponentEffect.objects.filter(
        until=None, public_incident__incident__private=False
    ).select_related("public_incident__incident")
    rows = page.components.select_related("group", "service").prefetch_related(
        Prefetch("effects", effects), "changes"
    )
    last = F("group__position").asc(nulls_last=True)
    return [_now(row) for row in rows.order_by(last, "group__name", "position", "name")]


def _now(row: Component) -> ComponentNow:
    effects = list(row.effects.all())
    told = [effect.state for effect in effects]
    changes = list(row.changes.all())
    return ComponentNow(
        row=row,
        state=worst(told or [row.manual_state]),
        effects=effects,
        last_change=changes[-1] if changes else None,
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
    return list(rows.select_related("public_incident__page", "author"))
