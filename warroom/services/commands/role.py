"""/role scribe, /role scribe @mei: take a role, or give it to somebody."""

from incidents.commands.kinds import PERSON, ROLE
from incidents.kernel.errors import Invalid
from warroom.services.commands import REGISTRY, Argument, Call, Plan, planned
from warroom.services.commands.assign import assigning


def _plan(call: Call) -> Plan:
    words = call.argument.split()
    if not words:
        raise Invalid("Say which role.", "For instance: /role scribe, or /role scribe @mei")
    names_somebody = any(word.startswith("@") or word.lower() == "me" for word in words)
    return assigning(call, words if names_somebody else [*words, "me"])


REGISTRY.add("role")(
    planned(
        _plan,
        help="Take a role, or give it to somebody",
        action="incident.respond",
        arguments=(Argument("role", ROLE), Argument("@handle", PERSON, optional=True)),
    )
)
