"""What the spoke does when it hears of facts."""

from incidents.events import bus
from incidents.events.types import IncidentOpened
from incidents.models import Fact
from runbooks import services


@bus.subscribe(IncidentOpened, name="runbooks.suggest")
def suggest_runbooks(fact: Fact) -> None:
    services.suggest(incident_id=fact.incident_id, cause=fact)
