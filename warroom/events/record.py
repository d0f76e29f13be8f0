"""What is worth keeping of a room: what is pinned, what was decided, what it could be."""

from dataclasses import dataclass

from incidents.events.types import FactBody, fact


@dataclass(frozen=True)
class PinFact(FactBody):
    """`pinned_seq` is the number of the pinned fact, `author` who said it, empty for what is no
    message. What it says is not repeated: it may be edited, or deleted."""

    pinned_seq: int
    author: str = ""

    def _what(self) -> str:
        what = f"what {self.author} said" if self.author else "an entry of the timeline"
        return f"{what} (#{self.pinned_seq})"


@fact("pin.added", icon="pin")
@dataclass(frozen=True)
class PinAdded(PinFact):
    def text(self) -> str:
        return f"pinned {self._what()}"


@fact("pin.removed", icon="pin")
@dataclass(frozen=True)
class PinRemoved(PinFact):
    def text(self) -> str:
        return f"unpinned {self._what()}"


@fact("decision.recorded", icon="gavel")
@dataclass(frozen=True)
class DecisionRecorded(FactBody):
    """`decider` is empty where whoever recorded it decided it; `supersedes` is the number of the
    decision in whose place it stands, or 0."""

    number: int
    decision: str
    why: str = ""
    alternatives: str = ""
    decider: str = ""
    supersedes: int = 0

    def text(self) -> str:
        who = f"recorded that {self.decider} decided" if self.decider else "decided"
        why = f", because {self.why}" if self.why else ""
        instead = f" (in place of decision {self.supersedes})" if self.supersedes else ""
        return f"{who}: {self.decision}{why}{instead}"


@fact("hypothesis.proposed", icon="bulb")
@dataclass(frozen=True)
class HypothesisProposed(FactBody):
    number: int
    hypothesis: str

    def text(self) -> str:
        return f"proposed hypothesis {self.number}: {self.hypothesis}"


@fact("hypothesis.judged", icon="flask")
@dataclass(frozen=True)
class HypothesisJudged(FactBody):
    """`verdict` is open, supported or refuted; `evidence` what speaks for it."""

    number: int
    hypothesis: str
    verdict: str
    evidence: str = ""

    def found_by(self) -> str:
        return self.evidence

    def text(self) -> str:
        verb = "reopened" if self.verdict == "open" else f"called {self.verdict}"
        evidence = f". Evidence: {self.evidence}" if self.evidence else ""
        return f"{verb} hypothesis {self.number} “{self.hypothesis}”{evidence}"
