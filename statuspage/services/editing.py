"""Correcting what was published: it says that it was edited, and how it read before is kept."""

from datetime import datetime

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, NotFound
from incidents.pipeline import lifecycle
from statuspage.events import StatusEdited
from statuspage.models import PublicUpdate, PublicUpdateRevision
from statuspage.services.publishing import check_body, check_moment
from statuspage.services.snapshots import locked, raise_version


@transaction.atomic
def edit_update(
    *, update_id: int, body: str, actor: Actor, displayed_at: datetime | None = None
) -> PublicUpdate:
    """Replace the text of an update, and when it is told to have happened. Nobody is sent anything.

    Raises NotFound, Invalid for a text or time that cannot be, Conflict for a private incident.
    """
    found = PublicUpdate.objects.filter(pk=update_id)
    ids = found.values_list("public_incident__incident_id", "public_incident__page_id").first()
    if ids is None:
        raise NotFound("There is no such update.", "It may have been removed.")
    incident = lifecycle.locked(ids[0], merged_too=True)
    if incident.private:
        raise Conflict(f"{incident.reference} is private: nothing about it is public.")
    check_body(body)
    now, page = clock.now(), locked(ids[1])
    update = found.select_related("public_incident").get()
    moment = displayed_at or update.displayed_at
    check_moment(moment, now)
    if (update.body, update.displayed_at) == (body.strip(), moment):
        return update
    if update.body != body.strip():
        PublicUpdateRevision.objects.create(
            update=update, body=update.body, replaced_at=now, replaced_by=actor.name
        )
    update.body, update.displayed_at, update.edited_at = body.strip(), moment, now
    update.save(update_fields=["body", "displayed_at", "edited_at"])
    public = update.public_incident
    public.version = page.version + 1
    public.save(update_fields=["version"])
    raise_version(page)
    edited = StatusEdited(page=page.name, state=update.state, body=update.body)
    bus.emit(incident, edited, actor=actor)
    return update
