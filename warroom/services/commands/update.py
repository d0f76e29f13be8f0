"""/update the pool is full, we roll back: tell everybody inside where things stand."""

from incidents.commands.kinds import TEXT
from incidents.kernel import durations
from incidents.pipeline import updates
from warroom.services.commands import REGISTRY, Argument, Call, Plan, planned


def _plan(call: Call) -> Plan:
    text = updates.checked(call.argument)

    def act() -> None:
        updates.post(incident_id=call.incident.pk, text=text, actor=call.principal.actor)

    after = durations.spoken(call.incident.severity.update_minutes * 60)
    due = "" if call.incident.is_over else f" The next update is then due in {after}."
    return Plan(f"Tells everybody inside.{due}", act)


REGISTRY.add("update")(
    planned(
        _plan,
        help="Tell inside where things stand",
        action="incident.respond",
        arguments=(Argument("text", TEXT),),
    )
)
