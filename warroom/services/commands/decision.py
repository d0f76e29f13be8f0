"""/decision roll back 4411 because the canary fails"""

import re
from typing import Final

from warroom.services import decisions
from warroom.services.commands import REGISTRY, Call, Command

_BECAUSE: Final = re.compile(r",?\s+because\s+", re.IGNORECASE)


def _run(call: Call) -> str:
    text, *why = _BECAUSE.split(call.argument, maxsplit=1)
    content = decisions.DecisionContent(text=text, why="".join(why))
    decisions.record(incident_id=call.incident.pk, content=content, actor=call.principal.actor)
    return ""


REGISTRY.add("decision")(
    Command(
        hint="what [because why]",
        help="Put a decision on record",
        action="incident.respond",
        run=_run,
    )
)
