"""/assign @mei communications: the handle and the role in either order, commander by default."""

from typing import Any, Final

from incidents.commands.kinds import PERSON, ROLE
from incidents.kernel.errors import Invalid
from incidents.models import IncidentRole
from warroom.services import roles
from warroom.services.commands import REGISTRY, Argument, Call, Plan, planned

_ALIASES: Final = {
    "ic": IncidentRole.COMMANDER,
    "command": IncidentRole.COMMANDER,
    "lead": IncidentRole.COMMANDER,
    "comms": IncidentRole.COMMUNICATIONS,
    "ops": IncidentRole.OPERATIONS,
}
ROLES: Final[dict[str, str]] = {**_ALIASES, **{value: value for value in IncidentRole.values}}


def assigning(call: Call, words: list[str]) -> Plan:
    """Give whom the words name the role that they name. Raises Invalid, NotAllowed."""
    handle, role = _read(words)
    asked: dict[str, Any] = {
        "principal": call.principal,
        "incident": call.incident,
        "role": role,
        "handle": handle,
    }

    def act() -> None:
        roles.assign(**asked)

    return Plan(roles.planned(**asked), act)


def _read(words: list[str]) -> tuple[str, str]:
    named = [word for word in words if word.startswith("@") or word.lower() not in ROLES]
    given = [ROLES[word.lower()] for word in words if word not in named]
    if len(named) != 1 or len(given) > 1:
        raise Invalid(
            "Say whom, and at most one role.",
            f"For instance: /assign @mei communications. Roles: {', '.join(IncidentRole.values)}.",
        )
    return named[0], given[0] if given else IncidentRole.COMMANDER


REGISTRY.add("assign")(
    planned(
        lambda call: assigning(call, call.argument.split()),
        help="Give somebody a role",
        action="incident.respond",
        arguments=(Argument("@handle", PERSON), Argument("role", ROLE, optional=True)),
    )
)
