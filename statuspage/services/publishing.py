"""Telling customers about an incident: the one verb that does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Incident
from incidents.pipeline import lifecycle
from statuspage.events import StatusPublished
from statuspage.models import (
    EFFECTS,
    OVER,
    Component,
    ComponentEffect,
    ComponentState,
    PublicIncident,
    PublicState,
    PublicUpdate,
    StatusPage,
)
from statuspage.services import broadcasting, following, merged_told
from statuspage.services.snapshots import locked, raise_version
from statuspage.services.suggestion import neutral_title

MAX_TITLE: Final = 150
MAX_BODY: Final = 10_000
LONGEST_AGO: Final = timedelta(days=366)
_DONE_BY_INCIDENTS: Final = {ComponentState.OPERATIONAL, *EFFECTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What to tell customers.

    `effects` maps component ids to states: those named change, `operational` ends an effect, those
    not named stay. An empty `title` keeps the one there is, or takes a neutral one.
    `displayed_at` is when it happened, where that was before now; what happened before the last
    update is only put on record: it changes no state. `notifies`: subscribers are told.
    """

    state: str
    body: str
    title: str = ""
    effects: Mapping[int, str] = field(default_factory=dict)
    displayed_at: datetime | None = None
    notifies: bool = True


@transaction.atomic
def publish_update(
    *,
    incident_id: int,
    page_id: int,
    announcement: Announcement,
    actor: Actor,
    approved: bool = False,
) -> PublicUpdate:
    """Publish one update on the page, with what the incident does to which component.

    Resolved ends all its effects; publishing another state later reopens it. Raises Conflict for a
    private incident and for a merged one of which the page tells nothing now, and where the page
    asks for approval and it is not `approved`; Invalid for an unknown state, an empty text or a
    component of another page.
    """
    merged_too = merged_told.is_told(incident_id, page_id)
    incident = lifecycle.locked(incident_id, merged_too=merged_too)
    check(incident, announcement)
    page = locked(page_id)
    _check_approval(page, actor, approved=approved)
    now = clock.now()
    public = _entry(incident, page, announcement, now)
    components = _components(page, announcement.effects)
    changes = _apply(public, announcement, components, now)
    update = PublicUpdate.objects.create(
        public_incident=public,
        state=announcement.state,
        body=announcement.body.strip(),
        changes=changes,
        author_id=actor.user_id,
        author_name=actor.name,
        created_at=now,
        displayed_at=announcement.displayed_at or now,
        notifies=announcement.notifies,
    )
    broadcasting.of_update(update)
    following.keep_page(page)
    raise_version(page)
    bus.emit(incident, _fact(public, update), actor=actor)
    return update


def check(incident: Incident, announcement: Announcement) -> None:
    """That it may be published as it is; raises Conflict or Invalid."""
    if incident.private:
        raise Conflict(
            f"{incident.reference} is private: nothing about it may be published.",
            "Make it visible to everybody first, or set a component's state by hand.",
        )
    if announcement.state not in PublicState.values:
        names = ", ".join(PublicState.values)
        raise Invalid(
            f"There is no public state called {announcement.state!r}.",
            f"States: {names}.",
            field="state",
        )
    check_body(announcement.body)
    if len(announcement.title.strip()) > MAX_TITLE:
        raise Invalid("The title is too long.", f"Keep to {MAX_TITLE} characters.", field="title")
    if announcement.displayed_at is not None:
        check_moment(announcement.displayed_at, clock.now())


def check_body(body: str) -> None:
    if not body.strip():
        raise Invalid("The update is empty.", "Say what customers need to know.", field="body")
    if len(body) > MAX_BODY:
        raise Invalid("The update is too long.", f"Keep to {MAX_BODY} characters.", field="body")


def check_moment(moment: datetime, now: datetime) -> None:
    """When something is told to have happened."""
    if moment > now:
        hint = "Leave it empty for now, or schedule the update."
        raise Invalid("That has not happened yet.", hint, field="displayed_at")
    if moment < now - LONGEST_AGO:
        raise Invalid("That is more than a year ago.", field="displayed_at")


def _check_approval(page: StatusPage, actor: Actor, *, approved: bool) -> None:
    if page.needs_approval and not approved and actor.kind != "system":
        raise Conflict(
            f"{page.name} asks for a second person's approval.",
            "Send it for approval: another commander publishes it.",
        )


def _entry(
    incident: Incident, page: StatusPage, announcement: Announcement, now: datetime
) -> PublicIncident:
    """The incident as the page has it, made where this is the first update about it."""
    public = PublicIncident.objects.filter(page=page, incident=incident).first()
    if public is None:
        public = PublicIncident(page=page, incident=incident, started_at=incident.began_at)
        public.title = neutral_title(incident, page)
        public.started_at = min(public.started_at, announcement.displayed_at or now)
    public.page = page
    public.title = announcement.title.strip() or public.title
    public.version = page.version + 1
    if not _is_for_the_record(public, announcement):
        public.state = announcement.state
        is_over = announcement.state in OVER
        at = max(announcement.displayed_at or now, public.started_at)
        public.resolved_at = (public.resolved_at or at) if is_over else None
        promised = now + timedelta(minutes=incident.severity.update_minutes)
        public.next_update_at = None if is_over else promised
    public.save()
    return public


def _is_for_the_record(public: PublicIncident, announcement: Announcement) -> bool:
    """Whether something was told that happened after it."""
    is_new = public._state.adding  # noqa: SLF001  Django's word
    if is_new or announcement.displayed_at is None:
        return False
    return public.updates.filter(displayed_at__gt=announcement.displayed_at).exists()


def _components(page: StatusPage, effects: Mapping[int, str]) -> dict[int, Component]:
    unknown = set(effects.values()) - _DONE_BY_INCIDENTS
    if unknown:
        names = ", ".join(s for s in ComponentState.values if s in _DONE_BY_INCIDENTS)
        raise Invalid(
            f"An incident makes no component {unknown.pop()!r}.",
            f"States: {names}.",
            field="components",
        )
    found = {row.pk: row for row in page.components.filter(pk__in=effects)}
    if missing := set(effects) - set(found):
        raise Invalid(
            f"{page.name} has no component {missing.pop()}.",
            "Reload the page: somebody may have removed it.",
            field="components",
        )
    return found


def _apply(
    public: PublicIncident,
    announcement: Announcement,
    components: Mapping[int, Component],
    now: datetime,
) -> list[dict[str, str]]:
    """Close the windows that end now and open those that begin; returns what changed.

    What the first update says has been so since the incident began; what a later one says, since
    it is told to have happened.
    """
    if _is_for_the_record(public, announcement):
        return []
    held = public.effects.filter(until=None).select_related("component")
    current = {effect.component_id: effect for effect in held}
    over = announcement.state in OVER
    wanted = dict.fromkeys(current, "operational") if over else dict(announcement.effects)
    at = min(announcement.displayed_at or now, now)
    began = at if public.updates.exists() else min(public.started_at, at)
    changes = []
    for component_id, state in wanted.items():
        before = current.get(component_id)
        old = before.state if before else ComponentState.OPERATIONAL.value
        if old == state:
            continue
        component = before.component if before else components[component_id]
        _change(public, component, before, state=state, since=began)
        changes.append({"slug": component.slug, "name": component.name, "old": old, "new": state})
    return changes


def _change(
    public: PublicIncident,
    component: Component,
    before: ComponentEffect | None,
    *,
    state: str,
    since: datetime,
) -> None:
    if before is not None:
        before.until = max(before.since, since)
        before.save(update_fields=["until"])
        since = before.until
    if state != ComponentState.OPERATIONAL:
        ComponentEffect.objects.create(
            public_incident=public, component=component, state=state, since=since
        )


def _fact(public: PublicIncident, update: PublicUpdate) -> StatusPublished:
    effects = public.effects.filter(until=None).select_related("component")
    return StatusPublished(
        page=public.page.name,
        state=update.state,
        title=public.title,
        body=update.body,
        components={effect.component.name: effect.state for effect in effects},
    )
