"""What the spoke does when it hears of facts."""

from datetime import datetime

from celery import current_app

from incidents.events import bus
from incidents.events.types import IncidentOpened, SeverityChanged, StateChanged
from incidents.models import Fact
from warroom import events
from warroom.models import SaveReason
from warroom.services import (
    bridge,
    bridge_settings,
    by_rule,
    document_versions,
    handover,
    pins,
    staleness,
)


@bus.subscribe(StateChanged, name="warroom.document_versions")
def keep_document(fact: Fact) -> None:
    """How the shared document read when the incident moved on."""
    document_versions.keep(incident_id=fact.incident_id, reason=SaveReason.STAGE, cause=fact)


@bus.subscribe(IncidentOpened, SeverityChanged, name="warroom.bridge")
def open_bridge(fact: Fact) -> None:
    """A service that must be asked is asked by a worker: the engine waits for nobody."""
    if not bridge.is_wanted(fact.incident):
        return
    chosen = bridge_settings.load().chosen
    if chosen is not None and chosen.asks:
        current_app.send_task("warroom.open_bridge", [fact.incident_id])
    else:
        bridge.open_by_itself(fact.incident_id)


@bus.subscribe(events.MessageReacted, name="warroom.pins_by_reaction")
def pin_what_got_a_pushpin(fact: Fact) -> None:
    pins.pin_by_reaction(reacted=fact)


@bus.subscribe(IncidentOpened, StateChanged, name="warroom.roles_by_rule")
def give_roles(fact: Fact) -> None:
    by_rule.apply(fact)


@bus.subscribe(events.RoleOffered, name="warroom.offer_expires")
def let_offer_expire(fact: Fact) -> datetime | None:
    return handover.look(fact)


@bus.subscribe_to(staleness.KINDS, name="warroom.stale_commander")
def ask_after_commander(fact: Fact) -> datetime | None:
    return staleness.look(fact)
