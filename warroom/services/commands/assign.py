"""/assign @mei communications: the handle and the role in either order, commander by default."""

from incidents import access
from incidents.commands.kinds import PERSON, ROLE
from incidents.commands.people import person
from incidents.kernel.errors import Invalid
from incidents.models import SINGLE_ROLES, IncidentRole
from warroom.services import roles
from warroom.services.commands import REGISTRY, Argument, Call, Command

_ALIASES = {
    "ic": IncidentRole.COMMANDER,
    "command": IncidentRole.COMMANDER,
    "lead": IncidentRole.COMMANDER,
    "comms": IncidentRole.COMMUNICATIONS,
    "ops": IncidentRole.OPERATIONS,
}
_ROLES: dict[str, str] = {**_ALIASES, **{value: value for value in IncidentRole.values}}


def _run(call: Call) -> str:
    handle, role = _read(call.argument.split())
    roles.assign(principal=call.principal, incident=call.incident, role=role, handle=handle)
    return ""


def _preview(call: Call) -> str:
    handle, role = _read(call.argument.split())
    user = person(handle, call.principal)
    action = access.action_of_assigning(call.principal, call.incident, role=role, user=user)
    access.require(call.principal, action, call.incident)
    label = IncidentRole(role).label.lower()
    held = [row for row in call.incident.current_roles() if row.role == role]
    if any(row.user == user for row in held):
        return f"{user} is {label} already: nothing changes."
    over = f", taking over from {held[0].user}" if held and role in SINGLE_ROLES else ""
    return f"Makes {user} {label}{over}."


def _read(words: list[str]) -> tuple[str, str]:
    named = [word for word in words if word.startswith("@") or word.lower() not in _ROLES]
    given = [_ROLES[word.lower()] for word in words if word not in named]
    if len(named) != 1 or len(given) > 1:
        raise Invalid(
            "Say whom, and at most one role.",
            f"For instance: /assign @mei communications. Roles: {', '.join(IncidentRole.values)}.",
        )
    return named[0], given[0] if given else IncidentRole.COMMANDER


REGISTRY.add("assign")(
    Command(
        help="Give somebody a role",
        action="incident.respond",
        run=_run,
        preview=_preview,
        arguments=(Argument("@handle", PERSON), Argument("role", ROLE, optional=True)),
    )
)
