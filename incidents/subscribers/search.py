"""Keeping the words by which incidents are found."""

from incidents.events import bus
from incidents.events.relations import IncidentMerged, IncidentSplit, IncidentUnmerged
from incidents.events.types import (
    FieldsChanged,
    IncidentClassified,
    IncidentEdited,
    IncidentTriaged,
)
from incidents.models import Fact
from incidents.reactions import search

_BY_ITSELF = (IncidentTriaged, IncidentClassified, IncidentEdited, FieldsChanged)
_BY_ALERTS = (IncidentMerged, IncidentUnmerged, IncidentSplit)


@bus.subscribe(*_BY_ITSELF, *_BY_ALERTS, name="incidents.search")
def index_words(fact: Fact) -> None:
    """Each new incident is triaged: so each is indexed."""
    search.index(fact.incident_id)


@bus.subscribe_to(bus.Searched(), name="incidents.search_facts")
def index_what_was_written(fact: Fact) -> None:
    search.index_fact(fact)
