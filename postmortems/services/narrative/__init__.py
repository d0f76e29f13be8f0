"""The sections of a post-mortem, written from the record alone.

Every generated sentence rests on facts and cites them by number, as in [#12]. Where the record
cannot answer, the section says so and asks.
"""

from collections.abc import Callable, Mapping
from typing import Final

from postmortems.models import OUTLINE, Record
from postmortems.services.narrative import (
    causes,
    course,
    decisions,
    effects,
    judgement,
    key_events,
    tables,
)
from postmortems.services.narrative.prose import asking

Writer = Callable[[Record], str]

WRITERS: Final[Mapping[str, Writer]] = {
    "summary": effects.summary,
    "impact": effects.impact,
    "timeline": key_events.key_events,
    "root_cause": causes.root_cause,
    "factors": causes.factors,
    "detection": course.detection,
    "response": course.response,
    "decisions": decisions.decisions,
    "well": judgement.well,
    "badly": judgement.badly,
    "recovery": course.recovery,
    "people": tables.people,
    "metrics": tables.metrics,
}


def write(record: Record) -> dict[str, str]:
    """The text of every section by its slug."""
    written: dict[str, str] = {}
    for heading in OUTLINE:
        writer = WRITERS.get(heading.slug)
        text = writer(record).strip() if writer else ""
        written[heading.slug] = text or asking(heading.slug)
    return written
