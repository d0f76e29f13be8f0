"""A value compared with a fixed line."""

import operator
from collections.abc import Callable, Mapping
from typing import Final

from incidents.models import Comparator, DetectionRule
from incidents.sources.detection import KINDS, Ask, Evidence, Judgement, Kind, Verdict

_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    Comparator.ABOVE: operator.gt,
    Comparator.AT_LEAST: operator.ge,
    Comparator.BELOW: operator.lt,
    Comparator.AT_MOST: operator.le,
}


def is_over(rule: DetectionRule, value: float) -> bool:
    return _COMPARE[rule.comparator](value, rule.threshold)


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    return Judgement(
        [
            Verdict(series.labels, series.points[-1][1], is_over(rule, series.points[-1][1]))
            for series in evidence.series["now"]
            if series.points
        ]
    )


KINDS.add("threshold")(
    Kind(
        label="Threshold",
        about="Opens an alert when a value crosses a fixed line.",
        asks=lambda rule: {"now": Ask(rule.query)},
        judge=judge,
    )
)
