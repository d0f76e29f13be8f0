"""What the spoke does when it hears of facts."""

from celery import current_app

from incidents.events import bus
from incidents.events.types import IncidentOpened, SeverityChanged, StateChanged
from incidents.models import Fact
from warroom.events import MessageReacted
from warroom.models import SaveReason
from warroom.services import bridge, bridge_settings, document_versions, pins


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


@bus.subscribe(MessageReacted, name="warroom.pins_by_reaction")
def pin_what_got_a_pushpin(fact: Fact) -> None:
    pins.pin_by_reaction(reacted=fact)
