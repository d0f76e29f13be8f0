"""Facts by which people are called to an incident."""

from dataclasses import dataclass
from typing import ClassVar

from incidents.kernel.fact_types import FactBody, fact
from incidents.kernel.text import listed

__all__ = ["IncidentEscalated", "PersonPaged"]


def _because(why: str) -> str:
    return f": {why}" if why else ""


@fact("person.paged", icon="phone-call")
@dataclass(frozen=True)
class PersonPaged(FactBody):
    """Somebody is called at once; `why` may be empty."""

    urgent: ClassVar[bool] = True
    handle: str
    name: str
    why: str = ""

    def text(self) -> str:
        return f"called {self.name}{_because(self.why)}"

    def calls(self) -> tuple[str, ...]:
        return (self.handle,)

    def to_you(self) -> str:
        return f"calls you{_because(self.why)}"


@fact("incident.escalated", icon="stairs-up")
@dataclass(frozen=True)
class IncidentEscalated(FactBody):
    """`whom` says in words who was called: "the team Payments"."""

    urgent: ClassVar[bool] = True
    handles: list[str]
    people: list[str]
    whom: str
    why: str = ""

    def text(self) -> str:
        return f"called {self.whom} ({listed(self.people)}){_because(self.why)}"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.handles)

    def to_you(self) -> str:
        return f"calls {self.whom}, you among them{_because(self.why)}"
