"""What a rule would have opened over history that the test makes up, against real incidents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import (
    Alert,
    Backtest,
    Incident,
    Integration,
    Service,
    Severity,
    TelemetrySource,
)
from incidents.sources.detection import backtest, trial
from incidents.sources.detection.replay import Episode
from incidents.sources.detection.scoring import Real, is_night, score
from incidents.sources.detection.writing import save_rule
from incidents.tasks import detection as tasks
from tests.conftest import Declare, FrozenClock, People
from tests.detection.conftest import MakeRule, Telemetry
from tests.detection.servers import Asked, Reply, matrix, streams, vector

HOUR = 3600.0
UTC_ZONE = ZoneInfo("UTC")


def history(value: Callable[[float], float]) -> Callable[[Asked], Reply]:
    """A Prometheus with one series, whose value at each moment `value` tells."""

    def tell(asked: Asked) -> Reply:
        if not asked.path.endswith("query_range"):
            return 200, vector(({"job": "a"}, value(0.0)))
        at, end, step = (float(asked.params[name]) for name in ("start", "end", "step"))
        points = []
        while at <= end:
            points.append((at, value(at)))
            at += step
        return 200, matrix(({"job": "a"}, points))

    return tell


def result(rule: Any, days: int = 7) -> dict[str, Any]:
    return backtest.result_of(rule, days, tell=lambda _: None)


@pytest.fixture
def outage(
    telemetry: Telemetry, frozen: FrozenClock, declare: Declare, service: Service
) -> Incident:
    """The value was high for an hour two days ago, and for ten minutes four days ago.

    Of the hour, people heard twenty minutes after it began.
    """
    now = frozen.at
    began, blip = ((now - timedelta(days=days)).timestamp() for days in (2, 4))
    telemetry.tell = history(
        lambda at: 9.0 if began <= at < began + HOUR or blip <= at < blip + 600 else 1.0
    )
    frozen.at = now - timedelta(days=2) + timedelta(minutes=20)
    incident = declare(service=service)
    declare("Elsewhere", severity="P3")
    declare("Secret", service=service, private=True)
    frozen.at = now
    return incident


def test_it_tells_precision_recall_and_how_much_earlier(
    make_rule: MakeRule, outage: Incident
) -> None:
    told = result(make_rule(threshold=5))
    assert (told["incidents"], told["right"], told["real"], told["caught"]) == (2, 1, 1, 1)
    assert (told["precision"], told["recall"]) == (0.5, 1.0)
    assert told["earlier_minutes"] == pytest.approx(20, abs=1)
    assert [shown["incident"] for shown in told["examples"]] == [outage.reference, ""]
    assert told["examples"][0]["seconds"] == pytest.approx(HOUR, abs=60)


def test_it_holds_as_the_rule_does(make_rule: MakeRule, outage: Incident) -> None:
    told = result(make_rule(threshold=5, hold_seconds=900))
    assert (told["incidents"], told["precision"]) == (1, 1.0)
    assert told["earlier_minutes"] == pytest.approx(5, abs=1.1)


def test_a_false_alarm_is_nothing_to_find(make_rule: MakeRule, outage: Incident) -> None:
    Incident.objects.update(false_positive=True)
    told = result(make_rule(threshold=5))
    assert (told["precision"], told["recall"], told["earlier_minutes"]) == (0.0, None, None)


def test_it_counts_pages_in_the_night_of_the_team(
    make_rule: MakeRule, outage: Incident, service: Service, people: People
) -> None:
    """03:10 in UTC is ten past noon in Tokyo."""
    rule = make_rule(threshold=5)
    assert result(rule)["pages_a_night"] == pytest.approx(2 / 7)
    people.teammate.time_zone = "Asia/Tokyo"
    people.teammate.save()
    assert service.team
    service.team.members.add(people.teammate)
    told = result(rule)
    assert (told["pages_a_night"], told["zone"]) == (0, "Asia/Tokyo")


def test_it_tries_a_composite_rule_through_its_members(
    make_rule: MakeRule, outage: Incident
) -> None:
    high = make_rule(name="High", threshold=5, mode="off")
    never = make_rule(name="Never", threshold=50, mode="off")
    both, either = (
        make_rule("composite", name=how, settings={"rules": [high.pk, never.pk], "how": how})
        for how in ("all", "any")
    )
    assert result(both)["incidents"] == 0
    assert result(either)["incidents"] == 2


def test_it_judges_each_day_by_what_was_known_then(
    make_rule: MakeRule, outage: Incident, telemetry: Telemetry
) -> None:
    told = result(make_rule("anomaly"))
    assert told["incidents"] == 2
    asked = [seen.params["step"] for seen in telemetry.server.seen]
    assert asked.count("900") == 1, "the weeks before are read once"


def test_it_compares_with_a_window_ago(make_rule: MakeRule, outage: Incident) -> None:
    settings = {"window_seconds": 600}
    assert result(make_rule("rate", settings=settings, threshold=300))["incidents"] == 2


def test_it_tries_patterns_on_stored_alerts(
    make_rule: MakeRule,
    integration: Integration,
    severities: dict[str, Severity],
    frozen: FrozenClock,
) -> None:
    for minutes in (2000, 1999, 1998, 500):
        at = frozen.at - timedelta(minutes=minutes)
        Alert.objects.create(
            integration=integration,
            fingerprint=str(minutes),
            title="Card timeout",
            severity=severities["P2"],
            started_at=at,
            last_seen_at=at,
        )
    settings = {"pattern": "time.?out", "count": 3}
    told = result(make_rule("pattern", source=None, settings=settings))
    assert told["incidents"] == 1


def test_a_worker_keeps_the_result_with_the_version_it_tried(
    make_rule: MakeRule, outage: Incident, people: People
) -> None:
    rule = make_rule(threshold=5)
    row = backtest.ask_for(rule, days=7, user=people.admin)
    save_rule(rule, {"threshold": 50})
    tasks.try_on_history()
    row.refresh_from_db()
    assert (row.state, row.progress, row.result["incidents"]) == ("done", 100, 2)
    backtest.work(row.pk)
    assert Backtest.objects.get().finished_at == row.finished_at


def test_the_sweep_finds_a_backtest_whose_worker_is_gone(
    make_rule: MakeRule, outage: Incident, frozen: FrozenClock
) -> None:
    row = backtest.ask_for(make_rule(), days=7, user=None)
    assert backtest.waiting() == [row.pk]
    Backtest.objects.update(state="running")
    backtest.work(row.pk)
    assert Backtest.objects.get().state == "running", "somebody is at it"
    assert backtest.waiting() == []
    frozen.fast_forward(minutes=4)
    tasks.try_on_history()
    assert Backtest.objects.get().state == "done"


def test_it_says_why_it_could_not_be_tried(make_rule: MakeRule, telemetry: Telemetry) -> None:
    row = backtest.ask_for(make_rule(), days=7, user=None)
    telemetry.status = 503
    backtest.work(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "503" in row.error


def test_where_there_is_no_history_it_says_so_at_once(make_rule: MakeRule) -> None:
    rule = make_rule()
    with pytest.raises(Invalid, match="7 or 30 days"):
        backtest.ask_for(rule, days=365, user=None)
    TelemetrySource.objects.update(kind="http")
    rule.refresh_from_db()
    with pytest.raises(Invalid, match="keeps no history"):
        backtest.ask_for(rule, days=7, user=None)


def test_alerts_that_overlap_are_one_incident() -> None:
    episodes = [Episode(0, {}, 1, 100), Episode(50, {}, 1, 300), Episode(301, {}, 1)]
    told = score(episodes, [], start=0, end=86400, zone=UTC_ZONE)
    assert (told["alerts"], told["incidents"], told["precision"]) == (3, 2, 0.0)
    assert told["examples"][0]["seconds"] == 86400 - 301


@pytest.mark.parametrize(
    ("at", "is_right"), [(1000, False), (3200, True), (9000, True), (9400, False)]
)
def test_an_alert_is_about_an_incident_shortly_before_or_during_it(
    at: float, is_right: bool
) -> None:
    real = [Real("INC-1", opened=5000, over=9001)]
    told = score([Episode(at, {}, 1, at + 1)], real, start=0, end=86400, zone=UTC_ZONE)
    assert told["right"] == is_right


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (5, True), (6, False)])
def test_the_night_is_from_ten_to_six(hour: int, night: bool) -> None:
    moment = datetime(2026, 7, 1, hour, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert is_night(moment.astimezone(UTC).timestamp(), ZoneInfo("Europe/Berlin")) is night


def test_it_tries_a_rule_on_live_data_and_writes_nothing(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    rule = make_rule(threshold=5)
    telemetry.now = [({"job": "a"}, 1.0), ({"job": "b"}, 9.0), ({"job": "c"}, 7.0)]
    found = trial.run(rule)
    assert (found.series, found.over, found.error) == (3, 2, "")
    assert [verdict.value for verdict in found.shown] == [9.0, 7.0, 1.0]
    assert not rule.runs.exists()
    assert not rule.series.exists()
    telemetry.status = 503
    assert "503" in trial.run(rule).error
    assert TelemetrySource.objects.get().failing_since is None


def test_a_value_beyond_all_numbers_is_kept_as_none(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    """A quantile beyond the last bucket of a histogram is +Inf."""
    telemetry.tell = history(lambda at: float("inf") if at % 86400 < HOUR else 1.0)
    row = backtest.ask_for(make_rule(threshold=5), days=7, user=None)
    backtest.work(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")
    assert {shown["value"] for shown in row.result["examples"]} == {None}


def test_it_says_how_far_back_the_source_remembers(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    """Prometheus keeps fifteen days unless told otherwise: silence before that is no good news."""
    begins = (frozen.at - timedelta(days=3)).timestamp()
    telemetry.tell = history(lambda at: 1.0 if at >= begins else float("nan"))
    note = result(make_rule(threshold=5))["note"]
    assert f"yields nothing before {frozen.at - timedelta(days=3):%d %b}" in note
    telemetry.tell = lambda _: (200, matrix())
    assert "Not enough data" in result(make_rule(name="Empty", threshold=5))["note"]


def test_it_asks_for_no_more_points_than_a_source_gives(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    telemetry.tell = history(lambda _: 1.0)
    result(make_rule("absence", settings={"window_seconds": 7 * 86400}))
    for asked in telemetry.server.seen:
        span = float(asked.params["end"]) - float(asked.params["start"])
        assert span / float(asked.params["step"]) < 11_000


def test_one_alert_can_be_about_two_incidents() -> None:
    real = [Real("INC-1", opened=5000, over=9000), Real("INC-2", opened=5600, over=9000)]
    told = score([Episode(4000, {}, 1, 8000)], real, start=0, end=86400, zone=UTC_ZONE)
    assert (told["right"], told["caught"], told["recall"]) == (1, 2, 1.0)
    assert told["earlier_minutes"] == pytest.approx((1000 + 1600) / 2 / 60)


moments = st.lists(st.floats(0, 86400), max_size=12)


@given(began=moments, opened=moments, length=st.floats(0, 7200))
def test_shares_are_shares_and_count_what_they_say(
    began: list[float], opened: list[float], length: float
) -> None:
    episodes = [Episode(at, {}, 1, at + length) for at in began]
    real = [Real(f"INC-{n}", at, at + length) for n, at in enumerate(opened)]
    told = score(episodes, real, start=0, end=86400, zone=UTC_ZONE)
    assert told["right"] <= told["incidents"] <= told["alerts"] == len(began)
    assert told["caught"] <= told["real"] == len(opened)
    for share, part, whole in (("precision", "right", "incidents"), ("recall", "caught", "real")):
        assert told[share] == (told[part] / told[whole] if told[whole] else None)


def test_events_of_a_cluster_are_too_young_to_try_a_rule_on(make_rule: MakeRule) -> None:
    TelemetrySource.objects.update(kind="kubernetes")
    source = TelemetrySource.objects.get()
    rule = make_rule("pattern", source=source, query="events", settings={"pattern": "BackOff"})
    assert "keeps its events for 1 hour only" in backtest.why_not(rule)


def test_it_shows_what_a_pattern_found(make_rule: MakeRule, telemetry: Telemetry) -> None:
    TelemetrySource.objects.update(kind="loki")
    now = clock.now().timestamp()
    lines = [(now - n, f"Timeout {n}" if n % 2 else "fine") for n in range(1, 9)]
    telemetry.tell = lambda _: (200, streams(({"app": "shop"}, lines)))
    source = TelemetrySource.objects.get()
    found = trial.run(make_rule("pattern", source=source, settings={"pattern": "timeout"}))
    assert [text.text for text in found.matched] == [f"Timeout {n}" for n in (1, 3, 5, 7)]
