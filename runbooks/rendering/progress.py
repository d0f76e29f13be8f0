"""How far a run has come, in what a page needs to show it."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from runbooks.models import RunbookRun, StepTick
from runbooks.rendering.html import to_html


@dataclass(frozen=True, slots=True)
class ShownStep:
    """`key` changes with the words in the note's field, so that a fresh page shows fresh words."""

    number: int
    title: str
    html: SafeString
    tick: StepTick | None
    is_next: bool

    @property
    def is_open(self) -> bool:
        return self.tick is None

    @property
    def key(self) -> str:
        return f"{self.tick.pk}-{len(self.tick.note)}" if self.tick else "open"


@dataclass(frozen=True, slots=True)
class Progress:
    run: RunbookRun
    introduction: SafeString
    steps: list[ShownStep]
    done: int

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def next_step(self) -> ShownStep | None:
        return next((step for step in self.steps if step.is_next), None)


def progress(run: RunbookRun) -> Progress:
    """Reads `run.ticks`: prefetch them for more than one run."""
    ticks = {tick.index: tick for tick in run.ticks.all()}
    numbers = range(1, len(run.steps) + 1)
    first_open = next((n for n in numbers if n not in ticks), None) if not run.is_finished else None
    steps = [
        ShownStep(
            number=number,
            title=step["title"],
            html=to_html(step["body"]),
            tick=ticks.get(number),
            is_next=number == first_open,
        )
        for number, step in zip(numbers, run.steps, strict=True)
    ]
    return Progress(
        run, to_html(run.introduction), steps, sum(step.tick is not None for step in steps)
    )
