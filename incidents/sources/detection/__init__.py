"""Detection: rules that judge what telemetry says. One rule kind a file, pure.

A kind is a function from samples to verdicts; `evaluate` keeps the state of each series and says
which alerts open and which are over.
"""

from collections.abc import Callable, Sequence

from incidents.kernel.registry import Registry
from incidents.models import DetectionRule
from incidents.telemetry.prometheus import Sample

# Which of the samples are over the line.
Judge = Callable[[DetectionRule, Sequence[Sample]], list[bool]]
KINDS: Registry[Judge] = Registry("incidents.sources.detection.kinds")
