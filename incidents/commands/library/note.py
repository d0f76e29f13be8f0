"""/note we rolled back at 03:12"""

from incidents.commands.kinds import TEXT
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, planned
from incidents.kernel.errors import Invalid
from incidents.pipeline import lifecycle


def _plan(call: Call) -> Plan:
    text = call.argument.strip()
    if not text:
        raise Invalid("The note is empty.", "Write what you found or decided.", field="text")

    def act() -> None:
        lifecycle.note(incident_id=call.incident.pk, text=text, actor=call.principal.actor)

    return Plan("Puts this on the timeline.", act)


REGISTRY.add("note")(
    planned(
        _plan,
        help="Put a note on the timeline",
        action="incident.respond",
        arguments=(Argument("text", TEXT),),
    )
)
