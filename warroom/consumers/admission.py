"""Who comes into a room, and what they may do there. Asked anew at each deed and each minute."""

from dataclasses import dataclass

from incidents import access
from incidents.access import Principal
from incidents.models import Incident
from warroom.consumers.auth import principal_of
from warroom.consumers.socket import Scope
from warroom.realtime.presence import Person
from warroom.selectors import messages
from warroom.services import seats, visits


@dataclass(frozen=True, slots=True)
class Admission:
    principal: Principal
    incident: Incident

    @property
    def person(self) -> Person | None:
        """Whom the others see; programs are not shown."""
        user = self.principal.user
        return Person(user.username, str(user)) if user is not None else None


@dataclass(frozen=True, slots=True)
class Welcome(Admission):
    """What somebody who comes in is told."""

    may_respond: bool
    may_command: bool
    read_up_to: int | None


def admit(scope: Scope) -> Admission:
    principal = principal_of(scope)
    incident = access.incident_for(principal, scope["url_route"]["kwargs"]["ref"])
    return Admission(principal, incident)


def enter(scope: Scope) -> Welcome:
    """As `admit`, where there is a place left; whoever comes in is here from now on."""
    admission = admit(scope)
    principal, incident = admission.principal, admission.incident
    seats.take(principal, incident)
    if principal.user is not None:
        visits.note(incident.pk, principal.user)
    return Welcome(
        principal,
        incident,
        may_respond=access.may(principal, "incident.respond", incident),
        may_command=access.may(principal, "incident.command", incident),
        read_up_to=messages.read_up_to(principal.user, incident),
    )
