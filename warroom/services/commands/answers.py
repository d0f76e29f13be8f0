"""/accept and /decline no time: answer the role that is offered to you, by its name if need be."""

from incidents.commands.kinds import ROLE, TEXT
from warroom.models import RoleOffer
from warroom.services import handover
from warroom.services.commands import REGISTRY, Argument, Call, Plan, first_word, planned
from warroom.services.commands.assign import ROLES


def _accept(call: Call) -> Plan:
    found, _ = _asked(call)
    handover.check_unchanged(call.incident, found)

    def act() -> None:
        handover.accept(principal=call.principal, incident=call.incident, offer_id=found.pk)

    return Plan(f"Makes you {_role(found)}.", act)


def _decline(call: Call) -> Plan:
    found, reason = _asked(call)

    def act() -> None:
        handover.decline(
            principal=call.principal, incident=call.incident, offer_id=found.pk, reason=reason
        )

    stays = f" {found.holder} keeps it." if found.holder else ""
    return Plan(f"Declines the role of {_role(found)}, and tells {found.giver_name}.{stays}", act)


def _asked(call: Call) -> tuple[RoleOffer, str]:
    """The offer, and what follows the role that it may name."""
    word, rest = first_word(call.argument)
    role = ROLES.get(word.lower(), "")
    found = handover.waiting_for(call.principal, call.incident, role)
    return found, rest if role else call.argument.strip()


def _role(found: RoleOffer) -> str:
    return str(found.get_role_display()).lower()


REGISTRY.add("accept")(
    planned(
        _accept,
        help="Accept the role offered to you",
        action="incident.respond",
        arguments=(Argument("role", ROLE, optional=True),),
    )
)
REGISTRY.add("decline")(
    planned(
        _decline,
        help="Decline the role offered to you",
        action="incident.respond",
        arguments=(Argument("role", ROLE, optional=True), Argument("why", TEXT, optional=True)),
    )
)
