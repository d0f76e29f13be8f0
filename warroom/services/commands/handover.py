"""/handover @mei commander I go to sleep: offer a role, commander by default."""

from typing import Any

from incidents.commands.kinds import PERSON, ROLE, TEXT
from incidents.commands.people import person
from incidents.kernel.errors import Invalid
from incidents.models import IncidentRole, User
from warroom.services import handover
from warroom.services.commands import REGISTRY, Argument, Call, Plan, first_word, planned
from warroom.services.commands.assign import ROLES


def _plan(call: Call) -> Plan:
    handle, rest = first_word(call.argument)
    if not handle:
        raise Invalid("Say whom you offer it to.", "For instance: /handover @mei I go to sleep")
    word, after = first_word(rest)
    named = ROLES.get(word.lower())
    role, note = (named, after) if named else (IncidentRole.COMMANDER.value, rest)
    asked: dict[str, Any] = {"principal": call.principal, "incident": call.incident, "role": role}
    receiver = person(handle, call.principal)
    keeper = _keeper(handover.check(**asked, receiver=receiver), call)

    def act() -> str:
        handover.offer(**asked, handle=handle, note=note)
        return f"{receiver} is asked. {keeper}".strip()

    label = IncidentRole(role).label.lower()
    return Plan(f"Asks {receiver} to take over as {label}. {keeper}".strip(), act)


def _keeper(holder: User | None, call: Call) -> str:
    """Who has the role meanwhile, in a sentence."""
    if holder is None:
        return ""
    who = "You keep" if holder == call.principal.user else f"{holder} keeps"
    return f"{who} it until that is accepted."


REGISTRY.add("handover")(
    planned(
        _plan,
        help="Offer somebody a role of yours",
        action="incident.respond",
        arguments=(
            Argument("@handle", PERSON),
            Argument("role", ROLE, optional=True),
            Argument("note", TEXT, optional=True),
        ),
    )
)
