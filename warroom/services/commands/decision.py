"""/decision roll back 4411 because the canary fails"""

import re
from typing import Final

from incidents.kernel.errors import Invalid
from warroom.services import decisions
from warroom.services.commands import REGISTRY, Call, Command

_BECAUSE: Final = re.compile(r",?\s+because\s+", re.IGNORECASE)


def _run(call: Call) -> str:
    content = _content(call)
    decisions.record(incident_id=call.incident.pk, content=content, actor=call.principal.actor)
    return ""


def _content(call: Call) -> decisions.DecisionContent:
    text, *why = _BECAUSE.split(call.argument, maxsplit=1)
    return decisions.DecisionContent(text=text, why="".join(why))


def _preview(call: Call) -> str:
    content = _content(call)
    if not content.text.strip():
        raise Invalid("A decision needs words.", "For instance: /decision roll back 4411")
    why = f", because {content.why}" if content.why else ""
    return f"Puts on record that you decided: {content.text}{why}."


REGISTRY.add("decision")(
    Command(
        hint="what [because why]",
        help="Put a decision on record",
        action="incident.respond",
        run=_run,
        preview=_preview,
    )
)
