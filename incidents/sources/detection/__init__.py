"""Detection: rules that judge what telemetry says. One rule kind a file, pure.

A kind says what it needs to know (`asks`) and judges it (`judge`); it asks nobody itself, so that
the same code judges the present, a test run and a month of history. `evaluation` keeps the state
of each series and says which alerts open and which are over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from incidents.kernel.options import Option
from incidents.kernel.registry import Registry
from incidents.models import DetectionRule
from incidents.telemetry import Labels, Series

# What a kind works on: series of numbers, things written down, or other rules.
Reads = Literal["numbers", "texts", "rules"]
WINDOW: Final = Option("window_seconds", "Window, seconds", "whole", 300, least=60, most=7 * 86400)


@dataclass(frozen=True, slots=True)
class Ask:
    """A query for the value now, or with `back` for the last so many seconds, every `step`."""

    query: str
    back: float = 0
    step: float = 60


@dataclass(frozen=True, slots=True)
class Text:
    """Something written down: a line of a log, or an alert."""

    at: float
    text: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known at `at` (Unix seconds): answers by the name of their Ask, and the rest."""

    at: float
    series: Mapping[str, Sequence[Series]] = field(default_factory=dict)
    texts: Sequence[Text] = ()
    sifted: bool = False  # all texts are such as are looked for
    partial: int = 0  # there are more texts: only the newest so many are known
    firing: Mapping[int, bool] = field(default_factory=dict)  # of rules that are judged
    learned: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`over` the line or not; `line` is the line as people read it, where the kind draws it."""

    labels: Labels
    value: float | None
    over: bool
    line: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`note` says what keeps the kind from judging, for instance too little data."""

    verdicts: Sequence[Verdict] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`learns` makes of the history that `studies` asks for what `Evidence.learned` holds then; it
    is told the moment at which it learns, in Unix seconds."""

    label: str
    about: str
    judge: Callable[[DetectionRule, Evidence], Judgement]
    asks: Callable[[DetectionRule], Mapping[str, Ask]] = lambda _: {}
    options: Sequence[Option] = ()
    reads: Reads = "numbers"
    compares: bool = True
    studies: Callable[[DetectionRule], Ask] | None = None
    learns: Callable[[DetectionRule, Sequence[Series], float], Any] | None = None

    def settings(self, rule: DetectionRule) -> dict[str, Any]:
        """The rule's settings, with defaults for those that it does not have."""
        defaults = {option.name: option.default for option in self.options}
        return {**defaults, **{k: v for k, v in rule.settings.items() if k in defaults}}


KINDS: Registry[Kind] = Registry("incidents.sources.detection.kinds")


def settings_of(rule: DetectionRule) -> dict[str, Any]:
    return KINDS[rule.kind].settings(rule)


def name_of(labels: Labels) -> str:
    """Labels as one text, in which the same labels are always the same."""
    return "\0".join(f"{name}={value}" for name, value in sorted(labels.items()))
