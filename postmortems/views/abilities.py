"""What templates ask: which buttons to show."""

from dataclasses import dataclass

from incidents import access
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Abilities:
    write: bool
    publish: bool


def abilities(principal: access.Principal, incident: Incident | None = None) -> Abilities:
    return Abilities(
        write=access.may(principal, "postmortem.write", incident),
        publish=access.may(principal, "postmortem.publish", incident),
    )
