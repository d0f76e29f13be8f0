"""The facts of the status page."""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact
from statuspage.models import PublicState

EXCERPT = 140


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
        words = " ".join(self.body.split())
        short = words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"
        return f"told customers “{PublicState(self.state).label}”: {short}"
