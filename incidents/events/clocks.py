"""Facts about the clocks of an incident: what was checked, told and left untold."""

from dataclasses import dataclass, field
from typing import ClassVar

from incidents.kernel import payload
from incidents.kernel.fact_types import FactBody, fact

__all__ = ["StageChecked", "StageFact", "StageUnchecked", "UpdateOverdue", "UpdatePosted"]


@dataclass(frozen=True)
class StageFact(FactBody):
    """`stage` is the name of the stage on screen, `check` the line of its list."""

    check_id: int
    stage: str
    check: str


@fact("stage.checked", icon="checklist")
@dataclass(frozen=True)
class StageChecked(StageFact):
    def text(self) -> str:
        return f"checked “{self.check}” ({self.stage.lower()})"


@fact("stage.unchecked", icon="checklist")
@dataclass(frozen=True)
class StageUnchecked(StageFact):
    def text(self) -> str:
        return f"took back “{self.check}” ({self.stage.lower()})"


@fact("update.posted", icon="speakerphone")
@dataclass(frozen=True)
class UpdatePosted(FactBody):
    """How things stand, told to everybody inside."""

    update: str

    def text(self) -> str:
        return f"told where things stand: {self.update}"


@fact("update.overdue", icon="clock-exclamation")
@dataclass(frozen=True)
class UpdateOverdue(FactBody):
    """`due_at` is a time in ISO 8601; `handles` are of those who are to tell."""

    urgent: ClassVar[bool] = True
    due_at: str
    handles: list[str] = field(default_factory=list)

    def text(self) -> str:
        at = payload.moment(self.due_at)
        since = f" since {at:%H:%M} UTC" if at else ""
        return f"says that an update is due{since}"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.handles)
