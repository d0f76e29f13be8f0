"""How fast a value changes: compared with what it was a window ago."""

from collections.abc import Mapping
from math import isfinite
from typing import Final

from incidents.kernel.durations import spoken
from incidents.kernel.options import Option
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
from incidents.sources.detection.kinds.threshold import is_over
from incidents.telemetry import Series

_POINTS: Final = 20
# The oldest point must lie in the first quarter of the window, else there is no “then”.
_REACH: Final = 0.75


def asks(rule: DetectionRule) -> Mapping[str, Ask]:
    window = settings_of(rule)["window_seconds"]
    return {"window": Ask(rule.query, back=window, step=max(15.0, window / _POINTS))}


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    settings = settings_of(rule)
    window, measure = settings["window_seconds"], settings["measure"]
    told = f"{rule.get_comparator_display()} {rule.threshold:g} {_WORDS[measure]}"
    line = f"{told} over {spoken(window)}"
    verdicts, missing = [], 0
    for series in evidence.series["window"]:
        change = changed(series, window, measure)
        if change is None:
            missing += 1
        else:
            verdicts.append(Verdict(series.labels, change, is_over(rule, change), line))
    note = f"Not enough data yet for {missing} series." if missing else ""
    return Judgement(verdicts, note)


def changed(series: Series, window: float, measure: str) -> float | None:
    """The change from the oldest to the newest point; None where it cannot be told.

    From zero no percentage leads anywhere, so such a series has none.
    """
    if len(series.points) < 2:
        return None
    (began, then), (ended, now) = series.points[0], series.points[-1]
    if ended - began < _REACH * window or not (isfinite(then) and isfinite(now)):
        return None
    if measure == "percent":
        return None if then == 0 else (now - then) / abs(then) * 100
    return (now - then) / ((ended - began) / 60) if measure == "per_minute" else now - then


_WORDS: Final = {"percent": "%", "per_minute": "a minute", "difference": "in all"}

KINDS.add("rate")(
    Kind(
        label="Rate of change",
        about="Opens an alert when a value rises or falls too fast.",
        asks=asks,
        judge=judge,
        options=(
            WINDOW,
            Option(
                "measure",
                "Change in",
                "choice",
                "percent",
                choices=(
                    ("percent", "Per cent of what it was"),
                    ("per_minute", "Units a minute"),
                    ("difference", "Units in all"),
                ),
            ),
        ),
    )
)
