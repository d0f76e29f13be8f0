"""/catchup: what is known, decided, tried, who does what, what is open."""

from warroom.services import catching_up
from warroom.services.commands import REGISTRY, Call, Command


def _run(call: Call) -> str:
    found = catching_up.build(call.incident)
    return "\n".join(f"{label}: {text}" for label, text in found.lines)


REGISTRY.add("catchup")(
    Command(
        help="Sum up for who comes late",
        action="incident.read",
        run=_run,
        preview=lambda _: "Says in five lines how things stand, to you alone.",
    )
)
