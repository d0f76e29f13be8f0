"""Roles on their way from one person to another, and a commander nobody hears of."""

from dataclasses import dataclass, field
from typing import ClassVar

from incidents.events.types import FactBody, fact
from incidents.kernel import durations, payload
from incidents.models import IncidentRole


@dataclass(frozen=True)
class OfferFact(FactBody):
    """`handle` and `name` are of whom it is offered to, `giver` is the handle of who offers."""

    offer_id: int
    role: str
    handle: str
    name: str
    giver: str

    def _role(self) -> str:
        return IncidentRole(self.role).label.lower()


@fact("role.offered", icon="user-plus")
@dataclass(frozen=True)
class RoleOffered(OfferFact):
    """`checklist` says how things stand: pairs of a label and a text."""

    urgent: ClassVar[bool] = True
    expires_at: str = ""
    note: str = ""
    checklist: list[list[str]] = field(default_factory=list)

    def text(self) -> str:
        return f"offered {self.name} the role of {self._role()}{self._until()}{self._note()}"

    def calls(self) -> tuple[str, ...]:
        return (self.handle,)

    def to_you(self) -> str:
        return f"offers you the role of {self._role()}{self._until()}{self._note()}"

    def _until(self) -> str:
        at = payload.moment(self.expires_at)
        return f" until {at:%H:%M} UTC" if at else ""

    def _note(self) -> str:
        return f": {self.note}" if self.note else ""


@fact("role.accepted", icon="user-check")
@dataclass(frozen=True)
class RoleAccepted(OfferFact):
    def text(self) -> str:
        return f"accepted the role of {self._role()}"

    def calls(self) -> tuple[str, ...]:
        return (self.giver,)


@fact("role.declined", icon="user-minus")
@dataclass(frozen=True)
class RoleDeclined(OfferFact):
    reason: str = ""

    def text(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        return f"declined the role of {self._role()}{because}"

    def calls(self) -> tuple[str, ...]:
        return (self.giver,)


@fact("role.offer_expired", icon="hourglass")
@dataclass(frozen=True)
class RoleOfferExpired(OfferFact):
    """`holder` is the name of who keeps the role, or empty."""

    holder: str = ""

    def text(self) -> str:
        stays = f"; {self.holder} keeps it" if self.holder else ""
        return (
            f"says that {self.name} did not answer the offer of the role of {self._role()}{stays}"
        )

    def calls(self) -> tuple[str, ...]:
        return (self.giver,)


@fact("role.offer_withdrawn", icon="user-off")
@dataclass(frozen=True)
class RoleOfferWithdrawn(OfferFact):
    def text(self) -> str:
        return f"no longer offers {self.name} the role of {self._role()}"


@fact("role.stale", icon="clock-exclamation")
@dataclass(frozen=True)
class CommanderStale(FactBody):
    """Told once for each time that the commander falls silent."""

    urgent: ClassVar[bool] = True
    handle: str
    name: str
    seconds: int

    def text(self) -> str:
        return f"has not heard of the commander {self.name} for {durations.spoken(self.seconds)}"

    def calls(self) -> tuple[str, ...]:
        return (self.handle,)

    def to_you(self) -> str:
        return "asks whether you still command: show yourself in the room, or hand over"
