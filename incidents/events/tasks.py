"""Facts about tasks. The war room tells them, and what is left over is taken up by others: so they
stand here, where every spoke may know them.

Each tells the whole task as it is from then on. Whoever hears of one needs no other table, and the
last fact of a number is that task's present.
"""

from dataclasses import dataclass, field
from datetime import datetime

from incidents.kernel import payload
from incidents.kernel.fact_types import FactBody, fact

__all__ = [
    "TaskChanged",
    "TaskDone",
    "TaskDropped",
    "TaskDue",
    "TaskFact",
    "TaskOpened",
    "TaskReopened",
]


@dataclass(frozen=True)
class TaskFact(FactBody):
    """`number` counts from 1 in each incident. `assignee` is a handle, `due_at` a time in ISO 8601;
    `follow_up` says that it is kept for after the incident. `said_seq` is the number of the message
    that it was made from, or 0."""

    number: int
    title: str
    assignee: str = ""
    assignee_name: str = ""
    due_at: str = ""
    follow_up: bool = False
    said_seq: int = 0

    @property
    def due(self) -> datetime | None:
        return payload.moment(self.due_at)

    @property
    def named(self) -> str:
        return f"task {self.number} “{self.title}”"

    def found_by(self) -> str:
        """Its title is found once, where it was opened or renamed."""
        return ""

    def _whose(self) -> tuple[str, ...]:
        return (self.assignee,) if self.assignee else ()


def _at(when: datetime | None) -> str:
    return f"{when.day} {when:%b %H:%M} UTC" if when else ""


@fact("task.opened", icon="square-check")
@dataclass(frozen=True)
class TaskOpened(TaskFact):
    def found_by(self) -> str:
        return self.title

    def text(self) -> str:
        who = f" for {self.assignee_name}" if self.assignee_name else ""
        due = f", due {_at(self.due)}" if self.due else ""
        after = ", kept for afterwards" if self.follow_up else ""
        return f"opened {self.named}{who}{due}{after}"

    def calls(self) -> tuple[str, ...]:
        return self._whose()

    def to_you(self) -> str:
        due = f", due {_at(self.due)}" if self.due else ""
        return f"gives you {self.named}{due}"


@fact("task.changed", icon="pencil")
@dataclass(frozen=True)
class TaskChanged(TaskFact):
    """`changes` maps what was changed, as people call it, to how it read before and reads now."""

    changes: dict[str, list[str]] = field(default_factory=dict)

    def found_by(self) -> str:
        return self.title if "title" in self.changes else ""

    def text(self) -> str:
        told = ", ".join(_change(name, old, new) for name, (old, new) in self.changes.items())
        return f"changed {self.named}: {told}"

    def calls(self) -> tuple[str, ...]:
        return self._whose() if "assignee" in self.changes else ()

    def to_you(self) -> str:
        due = f", due {_at(self.due)}" if self.due else ""
        return f"gives you {self.named}{due}"


def _change(name: str, old: str, new: str) -> str:
    return f"{name} {new or 'none'}" + (f" (was {old})" if old else "")


@fact("task.done", icon="circle-check")
@dataclass(frozen=True)
class TaskDone(TaskFact):
    def text(self) -> str:
        return f"finished {self.named}"


@fact("task.dropped", icon="circle-x")
@dataclass(frozen=True)
class TaskDropped(TaskFact):
    reason: str = ""

    def found_by(self) -> str:
        return self.reason

    def text(self) -> str:
        return f"dropped {self.named}: {self.reason}"


@fact("task.reopened", icon="arrow-back-up")
@dataclass(frozen=True)
class TaskReopened(TaskFact):
    def text(self) -> str:
        return f"reopened {self.named}"


@fact("task.due", icon="clock-exclamation")
@dataclass(frozen=True)
class TaskDue(TaskFact):
    def text(self) -> str:
        who = self.assignee_name or "everybody"
        return f"reminded {who} of {self.named}, due {_at(self.due)}"

    def calls(self) -> tuple[str, ...]:
        return self._whose()

    def to_you(self) -> str:
        return f"reminds you of {self.named}, due {_at(self.due)}"
