"""A value compared with a fixed line."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from incidents.models import Comparator, DetectionRule
from incidents.sources.detection import KINDS
from incidents.telemetry.prometheus import Sample

_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    Comparator.ABOVE: operator.gt,
    Comparator.AT_LEAST: operator.ge,
    Comparator.BELOW: operator.lt,
    Comparator.AT_MOST: operator.le,
}


@KINDS.add("threshold")
def judge(rule: DetectionRule, samples: Sequence[Sample]) -> list[bool]:
    compare = _COMPARE[rule.comparator]
    return [compare(sample.value, rule.threshold) for sample in samples]
