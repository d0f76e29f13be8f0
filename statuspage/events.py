"""The facts of the status page."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from incidents.events.types import FactBody, fact
from incidents.kernel import payload
from statuspage.models import PublicState

EXCERPT = 140
_OUTCOMES: Final = {
    "approved": "approved the update for {page}, which is published at its time",
    "refused": "sent the update for {page} back",
    "withdrawn": "took the update for {page} back",
    "failed": "could not publish the update for {page}",
}


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"


@fact("status.taken_over", icon="speakerphone")
@dataclass(frozen=True)
class StatusTakenOver(FactBody):
    """What a page tells customers is about this incident from now on."""

    page: str
    title: str

    def text(self) -> str:
        return f"goes on telling customers on {self.page} about “{self.title}” from here"


@fact("status.published", icon="speakerphone", public=True)
@dataclass(frozen=True)
class StatusPublished(FactBody):
    """`components` maps the names of the components that this incident affects to their state."""

    page: str
    state: str
    title: str
    body: str
    components: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return f"told customers “{PublicState(self.state).label}”: {_short(self.body)}"


@fact("status.edited", icon="pencil")
@dataclass(frozen=True)
class StatusEdited(FactBody):
    """What customers were told reads otherwise now."""

    page: str
    state: str
    body: str

    def text(self) -> str:
        label = PublicState(self.state).label
        return f"edited what customers read under “{label}”: {_short(self.body)}"


@fact("status.waits", icon="clock")
@dataclass(frozen=True)
class StatusWaits(FactBody):
    """An update for customers waits for another person's word; `handles` are asked."""

    page: str
    state: str
    handles: list[str] = field(default_factory=list)

    def text(self) -> str:
        label = PublicState(self.state).label
        return f"asks for approval of the update “{label}” for {self.page}"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.handles)


@fact("status.decided", icon="circle-check")
@dataclass(frozen=True)
class StatusDecided(FactBody):
    """What became of an update that was on its way; `handles` is whoever wrote it."""

    page: str
    outcome: str
    remark: str = ""
    handles: list[str] = field(default_factory=list)

    def text(self) -> str:
        told = _OUTCOMES.get(self.outcome, "decided on the update for {page}")
        words = told.replace("{page}", self.page)
        return f"{words}: {_short(self.remark)}" if self.remark else words

    def calls(self) -> tuple[str, ...]:
        return tuple(self.handles)


@fact("status.update_due", icon="clock-exclamation")
@dataclass(frozen=True)
class StatusUpdateDue(FactBody):
    """Customers were promised to hear more by `due_at` (ISO 8601), and have not."""

    urgent: ClassVar[bool] = True
    page: str
    due_at: str
    handles: list[str] = field(default_factory=list)

    def text(self) -> str:
        at = payload.moment(self.due_at)
        by = f" by {at:%H:%M} UTC" if at else ""
        return f"says that customers were promised an update on {self.page}{by}"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.handles)
