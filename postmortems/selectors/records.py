"""Reading what is on record about an incident, in a fixed number of queries."""

from collections.abc import Iterable
from statistics import median
from typing import Final

from incidents.kernel import clock
from incidents.models import Alert, Fact, Incident, State
from postmortems.models import Comparison, Firing, Record
from postmortems.selectors.figures import figures_of
from postmortems.selectors.people import contributions
from postmortems.selectors.phases import phases_of
from postmortems.selectors.pinned import pinned

# More facts than this tell a reader nothing more; the timeline has them all.
MAX_FACTS: Final = 5_000
MAX_ALERTS: Final = 5_000
# Speech is no event, and a document does not speak of itself.
LEFT_OUT: Final = ("chat.", "postmortem.", "action_item.")
ALIKE: Final = 20
ENOUGH: Final = 5


def record_of(incident: Incident) -> Record:
    """What is on record about `incident` (severity and service loaded). Four queries, and two
    where messages are pinned."""
    facts = _facts(incident)
    people = contributions(incident, facts)
    until = incident.resolved_at or clock.now()
    return Record(
        incident=incident,
        facts=facts,
        firings=_firings(incident),
        people=people,
        messages=sum(person.messages for person in people),
        until=until,
        phases=phases_of(incident, until),
        figures=figures_of(incident, facts),
        comparison=_comparison(incident),
        pinned=pinned(incident.pk, facts),
    )


def facts_by_seq(incident_id: int, seqs: Iterable[int]) -> list[Fact]:
    """The facts with these numbers, chat among them, ascending. One query."""
    rows = Fact.objects.filter(incident_id=incident_id, seq__in=set(seqs))
    return list(rows.order_by("seq"))


def _facts(incident: Incident) -> list[Fact]:
    rows = Fact.objects.filter(incident=incident)
    for prefix in LEFT_OUT:
        rows = rows.exclude(kind__startswith=prefix)
    return list(rows.order_by("seq")[:MAX_FACTS])


def _firings(incident: Incident) -> list[Firing]:
    rows = Alert.objects.filter(incident=incident).order_by("started_at", "id")
    known = rows.values_list("title", "started_at", "resolved_at")
    return [Firing(title, start, end) for title, start, end in known[:MAX_ALERTS]]


def _comparison(incident: Incident) -> Comparison:
    """The medians of the last incidents of the same severity; none where there are too few."""
    rows = Incident.objects.filter(
        severity=incident.severity_id,
        resolved_at__isnull=False,
        private=False,
        false_positive=False,
    )
    rows = rows.exclude(pk=incident.pk).exclude(state=State.MERGED)
    alike = list(rows.order_by("-resolved_at")[:ALIKE])
    if len(alike) < ENOUGH:
        return Comparison(count=len(alike))
    seconds: dict[str, list[float]] = {}
    for other in alike:
        for phase in phases_of(other, other.resolved_at or other.updated_at):
            seconds.setdefault(phase.slug, []).append(phase.seconds)
    return Comparison(len(alike), {slug: median(found) for slug, found in seconds.items()})
