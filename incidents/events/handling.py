"""Facts about what is done to one alert beside opening, acknowledging and closing it.

`by` is who the sender says did it, or empty.
"""

from dataclasses import dataclass

from incidents.kernel import payload
from incidents.kernel.fact_types import FactBody, fact

__all__ = [
    "AlertAssigned",
    "AlertChanged",
    "AlertEscalated",
    "AlertFact",
    "AlertNoted",
    "AlertSnoozed",
    "AlertUnacknowledged",
]


@dataclass(frozen=True)
class AlertFact(FactBody):
    alert_id: int
    title: str


def _for(by: str) -> str:
    return f" for {by}" if by else ""


@fact("alert.noted", icon="note")
@dataclass(frozen=True)
class AlertNoted(AlertFact):
    note: str
    by: str = ""

    def text(self) -> str:
        return f"noted{_for(self.by)} on the alert {self.title}: {self.note}"


@fact("alert.unacknowledged", icon="bell")
@dataclass(frozen=True)
class AlertUnacknowledged(AlertFact):
    searched = False
    by: str = ""

    def text(self) -> str:
        return f"took back the acknowledgement of {self.title}{_for(self.by)}"


@fact("alert.snoozed", icon="bell-off")
@dataclass(frozen=True)
class AlertSnoozed(AlertFact):
    """`until` is a time in ISO 8601, UTC."""

    searched = False
    until: str
    by: str = ""

    def text(self) -> str:
        at = payload.moment(self.until)
        until = f"{at:%Y-%m-%d %H:%M} UTC" if at else self.until
        return f"snoozed the alert {self.title} until {until}{_for(self.by)}"


@fact("alert.assigned", icon="user-plus")
@dataclass(frozen=True)
class AlertAssigned(AlertFact):
    searched = False
    owner: str
    by: str = ""

    def text(self) -> str:
        return f"assigned the alert {self.title} to {self.owner}{_for(self.by)}"


@fact("alert.escalated", icon="bell-ringing")
@dataclass(frozen=True)
class AlertEscalated(AlertFact):
    """`escalation` is the policy that the sender names."""

    searched = False
    escalation: str
    by: str = ""

    def text(self) -> str:
        return f"escalated the alert {self.title} to {self.escalation}{_for(self.by)}"


@fact("alert.changed", icon="pencil")
@dataclass(frozen=True)
class AlertChanged(AlertFact):
    """`what` is what was done, in words."""

    searched = False
    what: str
    by: str = ""

    def text(self) -> str:
        return f"{self.what} (the alert {self.title}){_for(self.by)}"
