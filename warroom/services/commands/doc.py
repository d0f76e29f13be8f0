"""/doc Tried: restarted the pool: a line for the shared document, under the heading it names."""

from warroom.services import document
from warroom.services.commands import REGISTRY, Call, Command


def _run(call: Call) -> str:
    if not call.argument.strip():
        address = f"{call.incident.get_absolute_url()}?tab=document"
        return f"The shared document: {address}. Add a line to it with /doc and your words."
    heading = document.add(
        incident_id=call.incident.pk, text=call.argument, actor=call.principal.actor
    )
    return f"Added to the shared document under “{heading}”."


REGISTRY.add("doc")(
    Command(
        hint="[heading:] text",
        help="Add a line to the shared document",
        action="incident.respond",
        run=_run,
    )
)
