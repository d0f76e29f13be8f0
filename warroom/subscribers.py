"""What the spoke does when it hears of facts."""

from incidents.events import bus
from incidents.events.types import StateChanged
from incidents.models import Fact
from warroom.models import SaveReason
from warroom.services import document_versions


@bus.subscribe(StateChanged, name="warroom.document_versions")
def keep_document(fact: Fact) -> None:
    """How the shared document read when the incident moved on."""
    document_versions.keep(incident_id=fact.incident_id, reason=SaveReason.STAGE, cause=fact)
