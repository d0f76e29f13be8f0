"""Opening and closing the video room of an incident.

The service is asked outside the transaction: it may take seconds, and the row of the incident is
what everything else waits for.
"""

import secrets as random
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

from celery import current_app
from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from incidents.kernel.outbound import OutboundError
from incidents.kernel.secrets import Unreadable
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom.events import BridgeClosed, BridgeFailed, BridgeOpened
from warroom.models import Bridge
from warroom.services import bridge_settings
from warroom.services.bridge_settings import BridgeSettings
from warroom.services.bridges import PROVIDERS, Made, Wanted, https

TOKEN_BYTES: Final = 16
_HINT: Final = "An admin chooses a service under Settings, Video bridge. Or paste a link."


@dataclass(frozen=True, slots=True)
class _Room:
    provider: str
    made: Made

    @property
    def label(self) -> str:
        return label_of(self.provider)


def label_of(provider: str) -> str:
    known = PROVIDERS.get(provider) if provider else None
    return known.label if known is not None else "link"


def open_one(incident: Incident) -> Bridge | None:
    """The bridge that is open, if there is one. One query."""
    return Bridge.objects.filter(incident=incident, closed_at__isnull=True).first()


def open_bridge(*, incident_id: int, actor: Actor, link: str = "") -> Bridge:
    """Open a room by the chosen service, or put up `link`; where one is open already, that one.

    Raises Invalid for a bad link or when no service is chosen, Conflict when the incident is over,
    Unavailable when the service does not give one.
    """
    incident = _open_incident(incident_id)
    known = open_one(incident)
    if known is not None:
        return known
    room = _Room("", Made(_checked(link))) if link else _asked(incident)
    return _put_up(incident_id, room, actor)


def _open_incident(incident_id: int) -> Incident:
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None:
        raise NotFound("There is no such incident.")
    if incident.is_over:
        raise Conflict("The incident is over.", "Reopen it to call people together.")
    return incident


def _checked(link: str) -> str:
    if len(link) > 2000:
        raise Invalid("The link is too long.", "At most 2,000 characters.", field="link")
    return https(link.strip())


def _asked(incident: Incident) -> _Room:
    chosen = bridge_settings.load()
    return _Room(chosen.provider, _made(chosen, incident.reference, incident.title))


def _made(chosen: BridgeSettings, reference: str, title: str) -> Made:
    provider = chosen.chosen
    if provider is None:
        raise Invalid("No video service is chosen.", _HINT, field="link")
    wanted = Wanted(reference, title, random.token_urlsafe(TOKEN_BYTES))
    try:
        return provider.make(wanted, chosen.unsealed)
    except (OutboundError, Unreadable) as error:
        said = f"{provider.label} gave no room: {error}"
        raise Unavailable(said, "Try again, or paste a link of your own.") from error


@transaction.atomic
def _put_up(incident_id: int, room: _Room, actor: Actor) -> Bridge:
    incident = lifecycle.locked(incident_id)
    known = open_one(incident)
    if known is not None:  # somebody was quicker; nobody is in the one that was made meanwhile
        return known
    bridge = Bridge.objects.create(
        incident=incident,
        provider=room.provider,
        url=room.made.url,
        name=room.made.name,
        opened_at=clock.now(),
        opened_by=actor.name,
    )
    bus.emit(incident, BridgeOpened(bridge.pk, room.label, bridge.url), actor=actor)
    return bridge


@transaction.atomic
def close_bridge(*, incident_id: int, actor: Actor) -> Bridge:
    """Take the room down; a worker ends the call where the service can. Raises NotFound."""
    incident = lifecycle.locked(incident_id)
    bridge = open_one(incident)
    if bridge is None:
        raise NotFound("No bridge is open.")
    bridge.closed_at = clock.now()
    bridge.save(update_fields=["closed_at"])
    bus.emit(incident, BridgeClosed(bridge.pk, label_of(bridge.provider)), actor=actor)
    provider = PROVIDERS.get(bridge.provider)
    if provider is not None and provider.end is not None:
        _later("warroom.end_bridge", bridge.pk)
    return bridge


def end_call(bridge_id: int) -> None:
    """End the call of a bridge that was closed. Raises OutboundError, Unreadable."""
    bridge = Bridge.objects.filter(pk=bridge_id, closed_at__isnull=False).first()
    chosen = bridge_settings.load()
    provider = chosen.chosen if bridge and bridge.provider == chosen.provider else None
    if bridge and provider and provider.end:
        provider.end(bridge.name, chosen.unsealed)


def try_out() -> str:
    """Make a room by what is stored, end it, and return where it was. Raises DomainError."""
    chosen = bridge_settings.load()
    made = _made(chosen, "Test", "Try-out of the video bridge")
    if chosen.chosen and chosen.chosen.end:
        with suppress(OutboundError):
            chosen.chosen.end(made.name, chosen.unsealed)
    return made.url


def ask_for(*, incident_id: int, actor: Actor) -> Bridge | None:
    """Open one where that asks nobody, else have a worker open it: for callers that hold a lock."""
    chosen = bridge_settings.load().chosen
    if chosen is None or not chosen.asks:
        return open_bridge(incident_id=incident_id, actor=actor)
    known = open_one(_open_incident(incident_id))
    if known is None:
        _later("warroom.open_bridge", incident_id, asdict(actor))
    return known


def _later(task: str, *arguments: object) -> None:
    transaction.on_commit(partial(current_app.send_task, task, list(arguments)))


def is_wanted(incident: Incident) -> bool:
    """Whether one should open by itself: severe enough, and none has been open yet."""
    return (
        not incident.is_over
        and bridge_settings.load().opens_at(incident.severity)
        and not Bridge.objects.filter(incident=incident).exists()
    )


def open_by_itself(incident_id: int, *, asked_by: Actor | None = None) -> None:
    """Open one if it is wanted, or if somebody asked for it; a service that refuses is told of in
    the room."""
    incident = Incident.objects.select_related("severity").filter(pk=incident_id).first()
    if incident is None or not (asked_by or is_wanted(incident)):
        return
    try:
        open_bridge(incident_id=incident_id, actor=asked_by or Actor.system("engine"))
    except Unavailable as error:
        _tell_of_failure(incident_id, error.message, asked_by)


@transaction.atomic
def _tell_of_failure(incident_id: int, reason: str, asked_by: Actor | None) -> None:
    incident = lifecycle.locked(incident_id)
    if asked_by or not incident.facts.filter(kind=BridgeFailed.kind).exists():
        told = BridgeFailed(label_of(bridge_settings.load().provider), reason)
        bus.emit(incident, told, actor=asked_by or Actor.system("engine"))
