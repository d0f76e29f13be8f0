"""/assign @mei communications: the handle and the role in either order, commander by default."""

from incidents.kernel.errors import Invalid
from incidents.models import IncidentRole
from warroom.services import roles
from warroom.services.commands import REGISTRY, Call, Command

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
        hint="@handle or me [role]",
        help="Give somebody a role",
        action="incident.respond",
        run=_run,
    )
)
