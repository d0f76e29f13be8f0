"""The public side of merging: what customers read never falls silent.

What a page tells of the merged incident goes on with the one it was merged into. Where that page
tells of both already, the merged one ends with a word on where to read on, and what it did to
components is the other's from then on. Where the other is private, or over for customers, it stays
with the merged one, from whose page people go on publishing.
"""

from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from statuspage.events import StatusTakenOver
from statuspage.models import ComponentEffect, ComponentState, PublicIncident, PublicState, worst
from statuspage.services.publishing import Announcement, publish_update
from statuspage.services.snapshots import locked, raise_version

STATUS: Final = Actor("system", "status", "Status page")
_GOES_ON: Final = "This is part of “{title}”. We go on telling you there how it stands."


@transaction.atomic
def follow(*, incident_id: int, cause: Fact) -> None:
    """Bring what the pages tell into line with where the incident is now; safe to repeat."""
    incident = Incident.objects.filter(pk=incident_id).select_related("merged_into").first()
    if incident is None:
        return
    target = incident.merged_into
    if target is None:
        _come_back(incident, cause)
    elif not target.private:
        _go_along(incident, target, cause)


def _go_along(incident: Incident, target: Incident, cause: Fact) -> None:
    rows = lifecycle.locked_all([incident.pk, target.pk], merged_too=True)
    told = PublicIncident.objects.filter(incident=incident, resolved_at=None)
    for public in told.select_related("page").order_by("page_id"):
        known = PublicIncident.objects.filter(page=public.page, incident=target).first()
        if known is None:
            public.came_from = public.came_from or incident
            _hand_over(public, rows[target.pk], cause)
        elif not known.is_over:
            _end(public, known)


def _hand_over(public: PublicIncident, incident: Incident, cause: Fact) -> None:
    page = locked(public.page_id)
    public.incident, public.version = incident, page.version + 1
    public.save(update_fields=["incident", "came_from", "version"])
    raise_version(page)
    told = StatusTakenOver(page=page.name, title=public.title)
    bus.emit(incident, told, actor=STATUS, cause=cause)


def _end(public: PublicIncident, known: PublicIncident) -> None:
    current = {effect.component_id: effect for effect in known.effects.filter(until=None)}
    for effect in public.effects.filter(until=None).order_by("component_id"):
        _carry(effect, current.get(effect.component_id), known)
    goes_on = Announcement(
        state=PublicState.RESOLVED, body=_GOES_ON.format(title=known.title), title=public.title
    )
    publish_update(
        incident_id=public.incident_id, page_id=public.page_id, announcement=goes_on, actor=STATUS
    )
    page = locked(public.page_id)
    known.version = page.version + 1
    known.save(update_fields=["version"])
    raise_version(page)


def _carry(effect: ComponentEffect, held: ComponentEffect | None, known: PublicIncident) -> None:
    """The worse of both is so from now on."""
    now = clock.now()
    if held is not None:
        if worst([ComponentState(held.state), ComponentState(effect.state)]) == held.state:
            return
        held.until = now
        held.save(update_fields=["until"])
    ComponentEffect.objects.create(
        public_incident=known, component_id=effect.component_id, state=effect.state, since=now
    )


def _come_back(incident: Incident, cause: Fact) -> None:
    gone = PublicIncident.objects.filter(came_from=incident).exclude(incident=incident)
    for public in gone.select_related("page").order_by("page_id"):
        rows = lifecycle.locked_all([incident.pk, public.incident_id], merged_too=True)
        if PublicIncident.objects.filter(page=public.page, incident=incident).exists():
            continue
        public.came_from = None
        _hand_over(public, rows[incident.pk], cause)
