"""Nothing where something should be: a query that yields nothing for a while."""

from collections.abc import Mapping

from incidents.kernel.durations import spoken
from incidents.models import DetectionRule
from incidents.sources.detection import (
    KINDS,
    WINDOW,
    Ask,
    Evidence,
    Judgement,
    Kind,
    Verdict,
    settings_of,
)


def asks(rule: DetectionRule) -> Mapping[str, Ask]:
    window = settings_of(rule)["window_seconds"]
    return {"seen": Ask(rule.query, back=window, step=max(15.0, window / 20))}


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    """The value is how many points came; a counter that stands at zero is there all the same."""
    points = sum(len(series.points) for series in evidence.series["seen"])
    line = f"nothing came for {spoken(settings_of(rule)['window_seconds'])}"
    return Judgement([Verdict({}, float(points), points == 0, line)])


KINDS.add("absence")(
    Kind(
        label="Absence",
        about="Opens an alert when a query has yielded nothing during the window.",
        asks=asks,
        judge=judge,
        options=(WINDOW,),
        compares=False,
    )
)
