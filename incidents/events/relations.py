"""The facts of incidents that hang together: merged, split, linked.

Each is told on both sides. `reference` and `title` are of the other side and empty where that is
private: who reads this timeline may not know of it.
"""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact
from incidents.models import LinkKind

_NAMED = 5


def _other(reference: str, title: str, private: str = "a private incident") -> str:
    return f"{reference} {title}".strip() or private


def _alerts(count: int) -> str:
    return {0: "no alert", 1: "one alert"}.get(count, f"{count} alerts")


def _list(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return "; ".join(names[:_NAMED]) + more


@fact("incident.merged", icon="git-merge")
@dataclass(frozen=True)
class IncidentMerged(FactBody):
    """`into`: this incident went into the other one, else the other one came here."""

    into: bool
    reference: str
    title: str
    alerts: int
    reason: str = ""

    def text(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        if self.into:
            where = _other(self.reference, self.title, "another incident")
            return f"merged this incident into {where}, which takes over {_alerts(self.alerts)}" + (
                because or ". Work goes on there"
            )
        what = _other(self.reference, self.title)
        return f"merged {what} into this incident, with {_alerts(self.alerts)}{because}"


@fact("incident.unmerged", icon="arrow-back-up")
@dataclass(frozen=True)
class IncidentUnmerged(FactBody):
    """`back`: this incident is on its own again, else the other one left. `notes` say what could
    not go back to what it was."""

    searched = False
    back: bool
    reference: str
    title: str
    alerts: int
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        what = _other(self.reference, self.title, "another incident")
        told = (
            f"took this incident out of {what} again, with {_alerts(self.alerts)}"
            if self.back
            else f"took {what} out of this incident again, with {_alerts(self.alerts)}"
        )
        return ". ".join([told, *(note.rstrip(".") for note in self.notes)])


@fact("incident.split", icon="arrows-split")
@dataclass(frozen=True)
class IncidentSplit(FactBody):
    """`off`: the other one was split off from this, else this one from the other. `alerts` are
    titles; `said` refers to messages of the other's room: seq, author and the beginning."""

    off: bool
    reference: str
    title: str
    alerts: list[str]
    said: list[dict[str, str]] = field(default_factory=list)

    def text(self) -> str:
        what = _other(self.reference, self.title)
        verb = f"split off {what}" if self.off else f"split this incident off from {what}"
        alerts = f" with {_list(self.alerts)}" if self.alerts else ""
        if self.off or not self.said:
            return verb + alerts
        quoted = [f"{each['author']} said “{each['text']}”" for each in self.said]
        return f"{verb}{alerts}. Said there: {_list(quoted)}"


_SAID = {
    # kind: what the first says of the second, and the second of the first
    LinkKind.RELATED: ("as related to", "as related to"),
    LinkKind.DUPLICATE_OF: ("as a duplicate of", "as what is the same as"),
    LinkKind.CAUSED_BY: ("as caused by", "as the cause of"),
    LinkKind.CHILD_OF: ("as a child of", "as the parent of"),
    LinkKind.SPLIT_FROM: ("as split off from", "as the origin of"),
}


@dataclass(frozen=True)
class _Link(FactBody):
    """`first`: this incident is `link` of the other, else the other one of this."""

    searched = False
    link: str
    first: bool
    reference: str
    title: str

    def told(self) -> str:
        words = _SAID[LinkKind(self.link)][0 if self.first else 1]
        return f"{words} {_other(self.reference, self.title)}"


@fact("incident.linked", icon="link")
@dataclass(frozen=True)
class IncidentLinked(_Link):
    def text(self) -> str:
        return f"marked this incident {self.told()}"


@fact("incident.unlinked", icon="link")
@dataclass(frozen=True)
class IncidentUnlinked(_Link):
    def text(self) -> str:
        return f"no longer marks this incident {self.told()}"
