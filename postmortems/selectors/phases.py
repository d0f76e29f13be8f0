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
    """The phases up to `until`. Where a stamp is missing, its phase is part of the next one."""
    found: list[Phase] = []
    start, names = incident.began_at, list[str]()
    for slug, name, stamp in CUTS:
        end: datetime | None = getattr(incident, stamp)
        names.append(name if not names else name.lower())
        if end is None and slug == CUTS[-1][0]:
            end = until
        if end is None:
            continue
        if end > start:
            found.append(Phase(slug, ", ".join(names), start, end))
            start = end
        names = []
    return found
