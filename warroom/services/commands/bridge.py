"""/bridge, /bridge https://…, /bridge close"""

from warroom.models import Bridge
from warroom.services import bridge
from warroom.services.commands import REGISTRY, Call, Command


def _run(call: Call) -> str:
    word, actor, incident_id = call.argument.strip(), call.principal.actor, call.incident.pk
    if word.lower() in ("close", "end"):
        bridge.close_bridge(incident_id=incident_id, actor=actor)
        return ""
    if word:
        return _join(bridge.open_bridge(incident_id=incident_id, actor=actor, link=word))
    return _join(bridge.ask_for(incident_id=incident_id, actor=actor))


def _join(opened: Bridge | None) -> str:
    return f"Join: {opened.url}" if opened else "The bridge is being opened."


REGISTRY.add("bridge")(
    Command(
        hint="[link] or close",
        help="Open the video bridge, or close it",
        action="incident.respond",
        run=_run,
    )
)
