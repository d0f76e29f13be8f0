"""What detection does when it hears of facts."""

from incidents.events import bus
from incidents.events.types import IncidentOpened
from incidents.models import Fact
from incidents.sources.detection import actions


@bus.subscribe(IncidentOpened, name="detection.assign_team")
def assign_team(fact: Fact) -> None:
    actions.assign_team(fact.incident_id)
