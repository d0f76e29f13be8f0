"""/note we rolled back at 03:12"""

from incidents.pipeline import lifecycle
from warroom.services.commands import REGISTRY, Call, Command


def _run(call: Call) -> str:
    lifecycle.note(incident_id=call.incident.pk, text=call.argument, actor=call.principal.actor)
    return ""


REGISTRY.add("note")(
    Command(hint="text", help="Put a note on the timeline", action="incident.respond", run=_run)
)
