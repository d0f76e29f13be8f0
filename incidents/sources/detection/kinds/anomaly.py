"""A value outside the band that is usual at this hour of the week.

The band around the median m of the same hour of earlier weeks is m ± w · 1.4826 · MAD, where
MAD = median(|xᵢ − m|): 1.4826 · MAD estimates the standard deviation of normal data and is hardly
moved by past outages (Rousseeuw and Croux, “Alternatives to the Median Absolute Deviation”, JASA
88, 1993). Hours are in UTC. Where fewer than two weeks are known, nothing is judged.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from incidents.kernel.options import Option
from incidents.models import DetectionRule
from incidents.sources.detection import (
    KINDS,
    Ask,
    Evidence,
    Judgement,
    Kind,
    Verdict,
    name_of,
    settings_of,
)
from incidents.telemetry import Series

HOURS: Final = 168
LEAST_WEEKS: Final = 2
_TO_SIGMA: Final = 1.4826
_WEEK: Final = 7 * 86400
_QUARTER: Final = 900

# [median, MAD, how many weeks] by hour of the week; None where nothing is known.
Usual = list[list[float] | None]


def hour_of_week(at: float) -> int:
    """0 is Monday, 00:00 to 01:00 UTC."""
    moment = datetime.fromtimestamp(at, tz=UTC)
    return moment.weekday() * 24 + moment.hour


def learn(points: Sequence[tuple[float, float]], until: float) -> Usual:
    """What came before the hour of `until`: the hour that is judged must not teach itself."""
    hours: list[list[tuple[float, float]]] = [[] for _ in range(HOURS)]
    end = until - until % 3600
    for at, value in points:
        if at < end and math.isfinite(value):
            hours[hour_of_week(at)].append((at, value))
    return [_usual(known) if known else None for known in hours]


def _usual(known: Sequence[tuple[float, float]]) -> list[float]:
    values = [value for _, value in known]
    middle = median(values)
    spread = median([abs(value - middle) for value in values])
    # Weeks are told apart by their number since 1970: within one hour of the week that is enough.
    return [middle, spread, len({int(at // _WEEK) for at, _ in known})]


def band(usual: Sequence[float], *, width: float, least_percent: float) -> tuple[float, float]:
    """The lowest and the highest usual value; never narrower than `least_percent` of the median."""
    middle, spread = usual[0], usual[1]
    half = max(width * _TO_SIGMA * spread, abs(middle) * least_percent / 100)
    return middle - half, middle + half


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    verdicts, missing = [], 0
    for series in evidence.series["now"]:
        usual = (evidence.learned or {}).get(name_of(series.labels)) or [None] * HOURS
        here = usual[hour_of_week(evidence.at)]
        if not series.points or here is None or here[2] < LEAST_WEEKS:
            missing += 1
        else:
            verdicts.append(_verdict(rule, series, here))
    note = f"Not enough data: {missing} series known for less than two weeks." if missing else ""
    return Judgement(verdicts, note)


def _verdict(rule: DetectionRule, series: Series, usual: Sequence[float]) -> Verdict:
    settings = settings_of(rule)
    low, high = band(usual, width=settings["width"], least_percent=settings["least_percent"])
    value = series.points[-1][1]
    over = (value > high and settings["side"] != "below") or (
        value < low and settings["side"] != "above"
    )
    return Verdict(series.labels, value, over, f"outside {low:.4g} to {high:.4g}")


def learns(_rule: DetectionRule, history: Sequence[Series], until: float) -> dict[str, Any]:
    return {name_of(series.labels): learn(series.points, until) for series in history}


def studies(rule: DetectionRule) -> Ask:
    return Ask(rule.query, back=settings_of(rule)["weeks"] * _WEEK, step=_QUARTER)


def asks(rule: DetectionRule) -> Mapping[str, Ask]:
    return {"now": Ask(rule.query)}


KINDS.add("anomaly")(
    Kind(
        label="Anomaly",
        about="Opens an alert when a value is unusual for this hour of the week.",
        asks=asks,
        judge=judge,
        compares=False,
        studies=studies,
        learns=learns,
        options=(
            Option("weeks", "Weeks to learn from", "whole", 4, least=2, most=8),
            Option("width", "Width of the band", "number", 4.0, "In standard deviations.", least=1),
            Option(
                "least_percent",
                "Least half width",
                "number",
                10.0,
                "Per cent of the usual value: keeps a very steady value from tripping.",
                least=0,
                most=1000,
            ),
            Option(
                "side",
                "Unusual is",
                "choice",
                "both",
                choices=(
                    ("both", "Above or below"),
                    ("above", "Above only"),
                    ("below", "Below only"),
                ),
            ),
        ),
    )
)
