"""What the status page does when it hears of facts."""

from datetime import datetime

from incidents.events import bus
from incidents.events.relations import IncidentMerged, IncidentUnmerged
from incidents.events.types import (
    AccessChanged,
    IncidentEdited,
    IncidentOpened,
    RoleAssigned,
    SeverityChanged,
    StateChanged,
)
from incidents.models import Fact
from statuspage.events import StatusPublished
from statuspage.services import following, merged, promises, snapshots


@bus.subscribe(StatusPublished, name="statuspage.render")
def render(fact: Fact) -> None:
    """Normally done already by whoever published; this is for when that process died."""
    for page in snapshots.pages_showing(fact.incident_id):
        snapshots.refresh(page.pk)


@bus.subscribe(AccessChanged, name="statuspage.hide")
def hide_or_show(fact: Fact) -> None:
    """A private incident does not exist for the public, whatever was published before."""
    snapshots.changed(snapshots.pages_showing(fact.incident_id))


@bus.subscribe(RoleAssigned, SeverityChanged, IncidentEdited, name="statuspage.inside")
def show_inside(fact: Fact) -> None:
    """Internal pages say who leads, and how bad it is."""
    snapshots.inside_changed(fact.incident_id)


@bus.subscribe(IncidentMerged, IncidentUnmerged, name="statuspage.follow")
def follow(fact: Fact) -> None:
    """Customers go on reading about what was merged into another incident, or taken out again."""
    if fact.data.get("into") or fact.data.get("back"):
        merged.follow(incident_id=fact.incident_id, cause=fact)


@bus.subscribe(
    *(IncidentOpened, SeverityChanged, StateChanged, IncidentEdited, AccessChanged),
    *(IncidentMerged, IncidentUnmerged),
    name="statuspage.follow_services",
)
def follow_services(fact: Fact) -> None:
    """Components that follow the service of the incident change by themselves."""
    following.look(incident_id=fact.incident_id)


@bus.subscribe(StatusPublished, name="statuspage.update_due")
def say_that_an_update_is_due(fact: Fact) -> datetime | None:
    return promises.look(fact)
