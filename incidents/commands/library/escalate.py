"""/escalate nobody of us knows this cluster"""

from incidents.commands.kinds import TEXT
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, planned
from incidents.kernel.text import listed
from incidents.pipeline import calling


def _plan(call: Call) -> Plan:
    actor = call.principal.actor
    found = calling.responsible(call.incident, actor=actor)

    def act() -> str:
        called = calling.escalate(incident_id=call.incident.pk, actor=actor, why=call.argument)
        return f"Called {called.whom}: {_names(called)}."

    return Plan(f"Calls {found.whom} now, as urgent: {_names(found)}.", act)


def _names(found: calling.Responsible) -> str:
    return listed([str(user) for user in found.people])


REGISTRY.add("escalate")(
    planned(
        _plan,
        help="Call the people responsible",
        action="incident.respond",
        arguments=(Argument("why", TEXT, optional=True),),
        aliases={"esc": ""},
    )
)
