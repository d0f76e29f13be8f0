"""/pin pins the last message, /pin 41 whatever has this number"""

from incidents.kernel.errors import Invalid
from warroom.services import pins
from warroom.services.commands import REGISTRY, Call, Command
from warroom.services.text import whole


def _run(call: Call) -> str:
    pins.pin(incident_id=call.incident.pk, seq=_seq(call), actor=call.principal.actor)
    return ""


def _preview(call: Call) -> str:
    what = pins.what(call.incident, _seq(call))
    return f"Pins {what}."


def _seq(call: Call) -> int:
    seq = whole(call.argument) if call.argument else pins.last_message(call.incident.pk)
    if seq is None:
        raise Invalid(
            "Say which message.", "For instance: /pin 41. Without a number it is the last one."
        )
    return seq


REGISTRY.add("pin")(
    Command(
        hint="[number]",
        help="Pin the last message, or the one with this number",
        action="incident.respond",
        run=_run,
        preview=_preview,
    )
)
