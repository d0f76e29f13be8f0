"""The facts of runbooks. Titles are stored: a fact stays readable when the runbook is gone."""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact


def _with_note(text: str, note: str) -> str:
    return f"{text} (“{note}”)" if note else text


@fact("runbook.suggested", icon="bulb")
@dataclass(frozen=True)
class RunbookSuggested(FactBody):
    """`suggestions` holds {slug, title, why} of each, the best first."""

    suggestions: list[dict[str, str]] = field(default_factory=list)

    def text(self) -> str:
        first, *others = self.suggestions
        why = f"{first['title']}, because {first['why']}"
        if not others:
            return f"suggested the runbook {why}"
        rest = " and ".join(other["title"] for other in others)
        return f"suggested the runbook {why}; also {rest}"


@fact("runbook.started", icon="book")
@dataclass(frozen=True)
class RunbookStarted(FactBody):
    run_id: int
    title: str
    version: int
    steps: int
    slug: str = ""

    def text(self) -> str:
        return f"started the runbook {self.title}, {self.steps} step{'s' * (self.steps != 1)}"


@fact("runbook.step_ticked", icon="check")
@dataclass(frozen=True)
class StepTicked(FactBody):
    run_id: int
    title: str
    index: int
    step: str
    note: str = ""

    def text(self) -> str:
        return _with_note(f"did step {self.index} of {self.title}: {self.step}", self.note)


@fact("runbook.step_unticked", icon="arrow-back-up")
@dataclass(frozen=True)
class StepUnticked(FactBody):
    run_id: int
    title: str
    index: int
    step: str
    note: str = ""

    def text(self) -> str:
        return _with_note(f"took back step {self.index} of {self.title}: {self.step}", self.note)


@fact("runbook.step_noted", icon="note")
@dataclass(frozen=True)
class StepNoted(FactBody):
    run_id: int
    title: str
    index: int
    step: str
    note: str = ""

    def text(self) -> str:
        return f"noted on step {self.index} of {self.title}: {self.note}"


@fact("runbook.finished", icon="circle-check")
@dataclass(frozen=True)
class RunbookFinished(FactBody):
    run_id: int
    title: str
    done: int
    steps: int

    def text(self) -> str:
        return f"finished the runbook {self.title}, {self.done} of {self.steps} steps done"
