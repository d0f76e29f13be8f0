"""What each kind makes of its evidence. Kinds are pure: no database, no server."""

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.kernel.patterns import TooSlow
from incidents.models import DetectionRule
from incidents.sources.detection import KINDS, Evidence, Judgement, Text
from incidents.sources.detection.kinds import anomaly, burn_rate, rate
from incidents.telemetry import Series

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp()
WEEK = 7 * 86400
Points = Sequence[tuple[float, float]]
finite = st.floats(-1e9, 1e9)


def judged(kind: str, evidence: Evidence, **fields: Any) -> Judgement:
    return KINDS[kind].judge(DetectionRule(kind=kind, **fields), evidence)


def seen(
    name: str, *points: tuple[float, float], at: float = NOON, learned: Any = None
) -> Evidence:
    return Evidence(at, {name: [Series({"job": "a"}, points)]}, learned=learned)


def over(judgement: Judgement) -> list[bool]:
    return [verdict.over for verdict in judgement.verdicts]


@pytest.mark.parametrize(
    ("comparator", "expected"), [("gt", False), ("gte", True), ("lt", False), ("lte", True)]
)
def test_threshold_knows_its_line_from_both_sides(comparator: str, expected: bool) -> None:
    evidence = seen("now", (NOON, 5.0))
    assert over(judged("threshold", evidence, comparator=comparator, threshold=5.0)) == [expected]


def test_absence_is_nothing_in_the_window_and_zero_is_something() -> None:
    assert over(judged("absence", Evidence(NOON, {"seen": []}))) == [True]
    assert over(judged("absence", seen("seen"))) == [True]
    assert over(judged("absence", seen("seen", (NOON, 0.0)))) == [False]


def _hour(*points: tuple[float, float]) -> Evidence:
    return seen("window", *((NOON - 3600 + minute * 60, value) for minute, value in points))


@pytest.mark.parametrize(
    ("measure", "change"), [("percent", 50.0), ("per_minute", 50 / 60), ("difference", 50.0)]
)
def test_rate_compares_with_a_window_ago(measure: str, change: float) -> None:
    settings = {"window_seconds": 3600, "measure": measure}
    evidence = _hour((0, 100.0), (30, 500.0), (60, 150.0))
    (verdict,) = judged("rate", evidence, settings=settings, threshold=0.5).verdicts
    assert verdict.value == pytest.approx(change)
    assert verdict.over


@pytest.mark.parametrize("points", [[(60, 1.0)], [(30, 1.0), (60, 9.0)], [(0, 0.0), (60, 9.0)]])
def test_rate_does_not_guess(points: Points) -> None:
    judgement = judged("rate", _hour(*points), settings={"window_seconds": 3600})
    assert judgement.verdicts == []
    assert "Not enough data" in judgement.note


@given(then=finite.filter(lambda value: abs(value) > 1e-6), percent=st.floats(-99, 1000))
def test_rate_gives_the_percentage_back_that_made_it(then: float, percent: float) -> None:
    now = then + abs(then) * percent / 100
    series = Series({}, [(0, then), (3600, now)])
    change = rate.changed(series, 3600, "percent")
    assert change == pytest.approx(percent, rel=1e-3, abs=1e-3)


def _weeks(*values: float) -> list[tuple[float, float]]:
    """The same hour of the last weeks, the newest last."""
    return [
        (NOON - WEEK * back, v) for back, v in zip(range(len(values), 0, -1), values, strict=True)
    ]


def _against(weeks: Sequence[float], value: float, **settings: Any) -> Judgement:
    learned = {"job=a": anomaly.learn(_weeks(*weeks), NOON)}
    return judged("anomaly", seen("now", (NOON, value), learned=learned), settings=settings)


def test_anomaly_draws_a_band_around_the_same_hour_of_earlier_weeks() -> None:
    weeks = [100.0, 104.0, 96.0, 100.0]
    assert over(_against(weeks, 109.0)) == [False], "within a tenth of what is usual"
    assert over(_against(weeks, 160.0)) == [True]
    assert over(_against(weeks, 40.0)) == [True]
    assert over(_against(weeks, 40.0, side="above")) == [False]
    assert "outside" in _against(weeks, 160.0).verdicts[0].line


def test_anomaly_says_that_it_has_not_enough_data() -> None:
    judgement = _against([100.0], 9000.0)
    assert judgement.verdicts == []
    assert "Not enough data" in judgement.note
    other_hour = Evidence(NOON + 3600, seen("now", (NOON + 3600, 9000.0)).series, learned=None)
    assert judged("anomaly", other_hour).verdicts == []


def test_anomaly_is_not_moved_by_one_outage_among_the_weeks() -> None:
    assert over(_against([100.0, 100.0, 9000.0, 101.0], 9000.0)) == [True]


def test_anomaly_is_not_taught_by_the_hour_it_judges() -> None:
    """One earlier week and the outage of this very hour are no two weeks."""
    earlier, outage = [(NOON - WEEK, 100.0)], [(NOON + m * 60, 9000.0) for m in range(30)]
    usual = anomaly.learn([*earlier, *outage], NOON + 1800)
    assert usual[anomaly.hour_of_week(NOON)] == [100.0, 0.0, 1]
    learned = {"job=a": usual}
    judgement = judged("anomaly", seen("now", (NOON, 9000.0), learned=learned))
    assert (judgement.verdicts, "less than two weeks" in judgement.note) == ([], True)


@given(st.lists(finite, min_size=2, max_size=30), st.floats(1, 10), st.floats(0, 100))
def test_the_band_holds_the_median_and_is_as_wide_as_the_formula(
    values: list[float], width: float, least: float
) -> None:
    usual = anomaly.learn([(NOON - WEEK * n, v) for n, v in enumerate(values, 1)], NOON)
    here = usual[anomaly.hour_of_week(NOON)]
    assert here is not None
    middle = median(values)
    spread = median([abs(value - middle) for value in values])
    assert (here[0], here[1], here[2]) == (middle, spread, len(values))
    low, high = anomaly.band(here, width=width, least_percent=least)
    assert low <= middle <= high
    wanted = max(2 * width * 1.4826 * spread, 2 * abs(middle) * least / 100)
    assert high - low == pytest.approx(wanted, rel=1e-6, abs=1e-3)


def _burns(**ratios: float) -> Evidence:
    names = {"h1": "1h", "m5": "5m", "h6": "6h", "m30": "30m"}
    found = {names[name]: [Series({}, [(NOON, ratio)])] for name, ratio in ratios.items()}
    return Evidence(NOON, found)


@pytest.mark.parametrize(
    ("ratios", "fires"),
    [
        # 99.9 %: a ratio of 0.001 burns the budget at 1.
        ({"h1": 0.02, "m5": 0.02, "h6": 0.004, "m30": 0.01}, True),
        ({"h1": 0.02, "m5": 0.001, "h6": 0.004, "m30": 0.004}, False),  # it has stopped
        ({"h1": 0.007, "m5": 0.0, "h6": 0.0065, "m30": 0.0065}, True),  # slow, but for long
        ({"h1": 0.005, "m5": 0.005, "h6": 0.005, "m30": 0.005}, False),
        ({"h1": 0.02}, False),  # half of a pair says nothing
    ],
)
def test_burn_rate_needs_both_windows_of_a_pair(ratios: dict[str, float], fires: bool) -> None:
    assert over(judged("burn_rate", _burns(**ratios))) == [fires]


@given(ratio=st.floats(0, 1), objective=st.floats(50, 99.9999))
def test_the_burn_rate_spends_the_budget_in_the_period_it_says(
    ratio: float, objective: float
) -> None:
    rate_of_burning = burn_rate.burn(ratio, objective)
    budget = 1 - objective / 100
    assert rate_of_burning * budget == pytest.approx(ratio, abs=1e-12)


@given(st.fixed_dictionaries({w: st.floats(0, 100) for w in ("1h", "5m", "6h", "30m")}))
def test_more_burning_never_calms_an_alert(burns: dict[str, float]) -> None:
    worse = {window: value + 1 for window, value in burns.items()}
    if burn_rate.burning(burns, fast=14.4, slow=6):
        assert burn_rate.burning(worse, fast=14.4, slow=6)


def _texts(*rows: tuple[float, str]) -> Evidence:
    return Evidence(NOON, texts=[Text(NOON - ago, text, {"env": "prod"}) for ago, text in rows])


def test_pattern_counts_what_matches_within_the_window() -> None:
    settings = {"pattern": "time.?out", "labels": "env=prod", "window_seconds": 300, "count": 2}
    hit, late, other = (10, "Timeout of card"), (900, "timeout"), (20, "refused")
    assert over(judged("pattern", _texts(hit, late, other), settings=settings)) == [False]
    assert over(judged("pattern", _texts(hit, (30, "time-out")), settings=settings)) == [True]
    elsewhere = settings | {"labels": "env=test"}
    assert over(judged("pattern", _texts(hit, (30, "time-out")), settings=elsewhere)) == [False]


def test_pattern_gives_up_on_one_that_takes_for_ever() -> None:
    evidence = _texts((10, "a" * 60 + "b"))
    with pytest.raises(TooSlow):
        judged("pattern", evidence, settings={"pattern": "^(a|aa)+$"})


@pytest.mark.parametrize(
    ("how", "firing", "fires"),
    [("all", {1: True}, False), ("all", {1: True, 2: True}, True), ("any", {2: True}, True)],
)
def test_composite_takes_rules_together(how: str, firing: dict[int, bool], fires: bool) -> None:
    settings = {"rules": [1, 2], "how": how}
    assert over(judged("composite", Evidence(NOON, firing=firing), settings=settings)) == [fires]


def test_composite_says_which_of_its_rules_are_not_judged() -> None:
    settings = {"rules": [1, 2], "how": "all"}
    judgement = judged("composite", Evidence(NOON, firing={1: True}), settings=settings)
    assert judgement.note == "1 of its 2 rules are off: they are not judged."
    both = judged("composite", Evidence(NOON, firing={1: True, 2: False}), settings=settings)
    assert both.note == ""


def test_pattern_says_when_it_saw_only_the_newest_of_them() -> None:
    settings = {"pattern": "timeout", "count": 2}
    texts = [Text(NOON - 1, "timeout", {})]
    judgement = judged("pattern", Evidence(NOON, texts=texts, partial=2000), settings=settings)
    assert "newest 2,000" in judgement.note
    assert judged("pattern", Evidence(NOON, texts=texts), settings=settings).note == ""


@given(then=finite, now=finite, window=st.floats(60, 7 * 86400))
def test_rates_agree_with_one_another(then: float, now: float, window: float) -> None:
    series = Series({}, [(0.0, then), (window, now)])
    difference = rate.changed(series, window, "difference")
    a_minute = rate.changed(series, window, "per_minute")
    assert difference == pytest.approx(now - then)
    assert a_minute is not None
    assert a_minute * window / 60 == pytest.approx(now - then, rel=1e-6, abs=1e-6)


def test_rate_says_nothing_of_what_is_no_number() -> None:
    assert rate.changed(Series({}, [(0, 1.0), (3600, float("inf"))]), 3600, "percent") is None


def test_each_kind_says_what_it_is() -> None:
    assert KINDS.slugs() == [
        *("absence", "anomaly", "burn_rate", "composite", "pattern", "rate", "threshold")
    ]
    assert all(kind.label and kind.about.endswith(".") for _, kind in KINDS.items())
