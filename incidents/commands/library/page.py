"""/page @mei we need somebody who knows the cache"""

from incidents.commands.kinds import PERSON, TEXT
from incidents.commands.people import person
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, first_word, planned
from incidents.kernel.errors import Invalid
from incidents.pipeline import calling


def _plan(call: Call) -> Plan:
    handle, why = first_word(call.argument)
    if not handle:
        raise Invalid("Say whom to call.", "For instance: /page @mei we need you on the cache")
    user, actor = person(handle, call.principal), call.principal.actor
    calling.check(call.incident, user, actor=actor)

    def act() -> str:
        calling.page(incident_id=call.incident.pk, user=user, actor=actor, why=why)
        return f"{user} is called."

    return Plan(f"Calls {user} now, as urgent.", act)


REGISTRY.add("page")(
    planned(
        _plan,
        help="Call somebody at once",
        action="incident.respond",
        arguments=(Argument("@handle", PERSON), Argument("why", TEXT, optional=True)),
        aliases={"call": ""},
    )
)
