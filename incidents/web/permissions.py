"""What templates ask: which buttons to show."""

from dataclasses import dataclass

from incidents import access
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Abilities:
    respond: bool
    command: bool
    publish: bool
    admin: bool


def abilities(principal: access.Principal, incident: Incident | None = None) -> Abilities:
    return Abilities(
        respond=access.may(principal, "incident.respond", incident),
        command=access.may(principal, "incident.command", incident),
        publish=access.may(principal, "status.publish", incident),
        admin=access.may(principal, "config.write"),
    )
