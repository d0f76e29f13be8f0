"""An incident cut into phases by the moments that its state machine stamps."""

from datetime import datetime
from typing import Final

from incidents.models import Incident
from postmortems.models import Phase

# slug, what people did, the stamp that ends it
CUTS: Final = (
    ("detect", "Detect", "opened_at"),
    ("acknowledge", "Acknowledge", "acknowledged_at"),
    ("investigate", "Find the cause", "identified_at"),
    ("mitigate", "Stop the harm", "mitigated_at"),
    ("resolve", "Resolve", "resolved_at"),
)


def phases_of(incident: Incident, until: datetime) -> list[Phase]:
    """The phases up to `until`. Where a stamp is missing, its phase is part of the next one; an
    open incident is in the first phase that has not ended."""
    found: list[Phase] = []
    start, waiting = incident.began_at, list[tuple[str, str]]()
    for slug, name, stamp in CUTS:
        end: datetime | None = getattr(incident, stamp)
        waiting.append((slug, name))
        if end is None:
            continue
        if end > start:
            found.append(Phase(slug, _joined(waiting), start, end))
            start = end
        waiting = []
    if waiting and until > start:
        slug, name = waiting[0]
        found.append(Phase(slug, name, start, until))
    return found


def _joined(names: list[tuple[str, str]]) -> str:
    return ", ".join(name if n == 0 else name.lower() for n, (_, name) in enumerate(names))
