"""An error budget that burns too fast, seen through two pairs of windows.

The burn rate is the ratio of errors divided by the ratio that the objective allows: at 1 the budget
lasts exactly its period. An alert opens when both windows of a pair burn faster than its factor;
the short window, a twelfth of the long one, lets the alert go soon after the errors stop. Defaults
are those of a 30-day period: 14.4 over 1 h and 5 min (2 % of the budget in an hour) and 6 over 6 h
and 30 min (5 % in six hours). Source: Beyer et al., “The Site Reliability Workbook”, chapter 5,
“Alerting on SLOs”, 6: Multiwindow, Multi-Burn-Rate Alerts.
"""

from collections.abc import Mapping
from typing import Final

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
from incidents.telemetry import Labels

PLACE: Final = "$window"
FAST: Final = ("1h", "5m")
SLOW: Final = ("6h", "30m")


def burn(error_ratio: float, objective: float) -> float:
    """How many times faster than allowed the budget burns; `objective` in per cent, below 100."""
    return error_ratio / (1 - objective / 100)


def burning(burns: Mapping[str, float], *, fast: float, slow: float) -> bool:
    """Whether both windows of a pair are over their factor; a window without data is at rest."""
    return all(burns.get(window, 0.0) > fast for window in FAST) or all(
        burns.get(window, 0.0) > slow for window in SLOW
    )


def asks(rule: DetectionRule) -> Mapping[str, Ask]:
    return {window: Ask(rule.query.replace(PLACE, window)) for window in (*FAST, *SLOW)}


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    settings = settings_of(rule)
    found: dict[str, tuple[Labels, dict[str, float]]] = {}
    for window, answers in evidence.series.items():
        for series in answers:
            if series.points:
                _, burns = found.setdefault(name_of(series.labels), (series.labels, {}))
                burns[window] = burn(series.points[-1][1], settings["objective"])
    fast, slow = settings["fast_factor"], settings["slow_factor"]
    line = f"times too fast for {settings['objective']:g} %; allowed are {fast:g} and {slow:g}"
    return Judgement(
        [
            Verdict(labels, _told(burns), burning(burns, fast=fast, slow=slow), line)
            for labels, burns in found.values()
        ]
    )


def _told(burns: Mapping[str, float]) -> float | None:
    """The burn rate of the last hour, or of whichever window is known."""
    return next((burns[window] for window in (*FAST, *SLOW) if window in burns), None)


KINDS.add("burn_rate")(
    Kind(
        label="SLO burn rate",
        about="Opens an alert when errors use up the error budget too fast.",
        asks=asks,
        judge=judge,
        compares=False,
        options=(
            Option(
                "objective",
                "Objective, %",
                "number",
                99.9,
                f"The query yields the ratio of errors, with {PLACE} for the window.",
                least=50,
                most=99.9999,
            ),
            Option("fast_factor", "Factor over 1 h and 5 min", "number", 14.4, least=1, most=1000),
            Option("slow_factor", "Factor over 6 h and 30 min", "number", 6.0, least=1, most=1000),
        ),
    )
)
