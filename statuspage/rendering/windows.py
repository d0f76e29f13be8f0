"""Since when, until when and why a component was not operational."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Prefetch, Q, QuerySet

from statuspage.models import (
    Component,
    ComponentEffect,
    ComponentState,
    FollowedEffect,
    StatusPage,
)
from statuspage.rendering import days
from statuspage.rendering.works import MaintenanceView


def components(page: StatusPage, horizon: datetime) -> QuerySet[Component]:
    """Those of the page with all that `windows` needs, back to `horizon`. Four queries."""
    lasts = Q(until__isnull=True) | Q(until__gte=horizon)
    told = ComponentEffect.objects.filter(lasts, public_incident__incident__private=False)
    followed = FollowedEffect.objects.filter(lasts, incident__private=False)
    return page.components.select_related("group").prefetch_related(
        "changes",
        Prefetch("effects", told.select_related("public_incident__page")),
        Prefetch("followed", followed),
    )


def windows(row: Component, works: Mapping[int, Sequence[MaintenanceView]]) -> list[days.Window]:
    """`works` is planned work by component id."""
    return [*_told(row), *_followed(row), *_planned(works.get(row.pk, ())), *_by_hand(row)]


def known_from(row: Component, found: Sequence[days.Window]) -> datetime:
    """From when on anything is claimed. What was published may reach back to before the component
    was listed."""
    if row.known_since is not None:
        return days.midnight(row.known_since)
    return min([row.created_at, *(window.since for window in found)]).astimezone(UTC)


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


def _followed(row: Component) -> list[days.Window]:
    """Without a title: which incident it is was not told."""
    return [days.Window(one.state, one.since, one.until) for one in row.followed.all()]


def _planned(works: Sequence[MaintenanceView]) -> list[days.Window]:
    return [
        days.Window(ComponentState.MAINTENANCE, work.began, work.ended, work.title, work.path)
        for work in works
        if work.row.started_at is not None
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
