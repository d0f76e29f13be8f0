"""Modes, missing data, sources that are down, and detectors that have gone blind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from incidents.kernel import clock
from incidents.models import (
    Alert,
    AlertState,
    DetectionRule,
    Finding,
    Integration,
    JobRun,
    RuleBaseline,
    RuleRun,
    Severity,
    Signal,
    TelemetrySource,
)
from incidents.sources.detection import evaluation, rules, watch
from incidents.sources.detection.asking import Sources
from incidents.tasks import detection
from tests.conftest import FrozenClock
from tests.detection.conftest import MakeRule, Telemetry
from tests.detection.servers import Asked, Reply, matrix, streams, vector

Fold = Callable[[], None]


def test_a_rule_in_shadow_writes_down_what_it_would_have_opened(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    rule = make_rule(mode="shadow", threshold=1)
    telemetry.now = [({"job": "a"}, 2.0)]
    for _ in range(2):
        evaluation.run(rule)
        frozen.fast_forward(minutes=1)
    telemetry.now = [({"job": "a"}, 0.0)]
    evaluation.run(rule)
    assert not Signal.objects.exists()
    finding = Finding.objects.get()
    assert (finding.mode, finding.labels, finding.value) == ("shadow", {"job": "a"}, 2.0)
    assert finding.closed_at is not None
    assert finding.closed_at - finding.opened_at == timedelta(minutes=2)


def test_a_rule_that_goes_live_tells_what_it_has_seen_in_shadow(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold
) -> None:
    rule = make_rule(mode="shadow", threshold=1)
    telemetry.now = [({}, 2.0)]
    evaluation.run(rule)
    rule.mode = "live"
    evaluation.run(rule)
    fold()
    assert Alert.objects.get().annotations["rule"] == str(rule.pk)
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("mode", ["shadow", "off"])
def test_a_rule_that_is_live_no_more_closes_its_alerts(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold, mode: str
) -> None:
    rule = make_rule(threshold=1)
    telemetry.now = [({}, 2.0)]
    evaluation.run(rule)
    DetectionRule.objects.update(mode=mode, next_due_at=clock.now() + timedelta(hours=1))
    detection.poll_due()
    fold()
    assert Alert.objects.get().state == AlertState.RESOLVED
    assert rules.still_told() == []
    assert Finding.objects.filter(closed_at__isnull=True).exists() is (mode == "shadow")


@pytest.mark.parametrize(("policy", "is_open"), [("ok", False), ("keep", True), ("alert", True)])
def test_it_does_with_no_data_as_the_rule_says(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold, policy: str, is_open: bool
) -> None:
    rule = make_rule(threshold=1, no_data=policy)
    telemetry.now = [({"job": "a"}, 2.0)]
    evaluation.run(rule)
    telemetry.now = []
    evaluation.run(rule)
    fold()
    open_alerts = Alert.objects.exclude(state=AlertState.RESOLVED)
    assert open_alerts.exists() is is_open
    if policy == "alert":
        assert open_alerts.get().description == "The query yields no data"


def test_no_data_is_over_when_data_comes(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold
) -> None:
    rule = make_rule(threshold=1, no_data="alert")
    evaluation.run(rule)
    telemetry.now = [({"job": "a"}, 0.0)]
    evaluation.run(rule)
    fold()
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_an_alert_is_closed_though_the_rule_now_waits_longer(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold
) -> None:
    rule = make_rule(threshold=1)
    telemetry.now = [({}, 2.0)]
    evaluation.run(rule)
    rule.hold_seconds = 3600
    evaluation.run(rule)
    telemetry.now = [({}, 0.0)]
    evaluation.run(rule)
    fold()
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_it_learns_what_is_usual_once_an_hour(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    now = frozen.at.timestamp()
    weeks = [(now - week * 7 * 86400, 100.0) for week in (3, 2, 1)]

    def tell(asked: Asked) -> Reply:
        if asked.path.endswith("query_range"):
            return 200, matrix(({"job": "a"}, weeks))
        return 200, vector(({"job": "a"}, 300.0))

    telemetry.tell = tell
    rule = make_rule("anomaly")
    for _ in range(2):
        assert evaluation.run(rule).firing == 1
    asked = [seen.path for seen in telemetry.server.seen]
    assert asked.count("/api/v1/query_range") == 1
    frozen.fast_forward(hours=1, seconds=1)
    evaluation.run(rule)
    assert RuleBaseline.objects.get().made_at == frozen.at


def test_it_matches_the_lines_of_a_log(make_rule: MakeRule, telemetry: Telemetry) -> None:
    TelemetrySource.objects.update(kind="loki")
    assert telemetry.source
    telemetry.source.refresh_from_db()
    at = clock.now().timestamp() - 5
    telemetry.tell = lambda _: (200, streams(({"app": "shop"}, [(at, "card timeout")] * 3)))
    settings = {"pattern": "timeout", "count": 3}
    assert evaluation.run(make_rule("pattern", settings=settings)).firing == 1


def test_it_matches_alerts_but_not_its_own(
    make_rule: MakeRule, integration: Integration, severities: dict[str, Severity], fold: Fold
) -> None:
    rule = make_rule("pattern", source=None, settings={"pattern": "database", "count": 2})
    now = clock.now()
    for number in range(2):
        Alert.objects.create(
            integration=integration,
            fingerprint=str(number),
            title="Database is slow",
            severity=severities["P2"],
            annotations={"rule": str(rule.pk)} if number else {},
            started_at=now,
            last_seen_at=now,
        )
    assert evaluation.run(rule).firing == 0
    Alert.objects.update(annotations={})
    assert evaluation.run(rule).firing == 1


def test_a_composite_rule_follows_its_members(make_rule: MakeRule, telemetry: Telemetry) -> None:
    one = make_rule(name="One", threshold=1, mode="shadow")
    two = make_rule(name="Two", threshold=5, mode="shadow")
    both = make_rule("composite", settings={"rules": [one.pk, two.pk]})
    for value, firing in ((2.0, 0), (9.0, 1)):
        telemetry.now = [({}, value)]
        evaluation.run(one)
        evaluation.run(two)
        assert evaluation.run(both).firing == firing


def test_a_composite_rule_says_when_a_member_is_off(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    one, two = make_rule(name="One"), make_rule(name="Two", mode="off")
    both = make_rule("composite", settings={"rules": [one.pk, two.pk]})
    assert "1 of its 2 rules are off" in evaluation.run(both).note


def test_it_asks_a_source_that_is_down_no_more_than_it_must(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    telemetry.status = 503
    made = [make_rule(name=f"Rule {n}") for n in range(8)]
    with Sources() as sources:
        runs = [evaluation.run(rule, sources) for rule in made]
    assert all("503" in run.error for run in runs)
    assert len(telemetry.server.seen) == 3


def test_it_keeps_the_health_of_a_source(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    rule, began = make_rule(), frozen.at
    source = TelemetrySource.objects.get()
    telemetry.status = 503
    for _ in range(2):
        evaluation.run(rule)
        frozen.fast_forward(minutes=1)
    source.refresh_from_db()
    assert (source.failing_since, source.last_ok_at) == (began, None)
    assert "503" in source.last_error
    telemetry.status = 200
    evaluation.run(rule)
    source.refresh_from_db()
    assert (source.failing_since, source.last_error, source.last_ok_at) == (None, "", frozen.at)


def test_a_wrong_query_is_the_rules_fault_not_the_sources(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    telemetry.status = 400
    rule = make_rule()
    rules.release(rule, evaluation.run(rule))
    rule.refresh_from_db()
    assert rule.failing_since
    assert "400" in rule.last_error
    assert TelemetrySource.objects.get().failing_since is None


def test_a_blind_source_opens_an_alert_of_its_own_and_closes_it(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock, fold: Fold
) -> None:
    rule = make_rule()
    telemetry.status = 503
    for minutes in (2, 1):
        evaluation.run(rule)
        rules.release(rule, RuleRun.objects.latest("pk"))
        watch.look()
        assert not Signal.objects.exists(), "three intervals are not over yet"
        frozen.fast_forward(minutes=minutes)
    for _ in range(2):
        watch.look()
    fold()
    alert = Alert.objects.get()
    assert (alert.title, alert.severity.code, alert.count) == (
        *("Detection is blind: Prometheus does not answer", "P2"),
        2,
    )
    telemetry.status = 200
    evaluation.run(rule)
    watch.look()
    fold()
    alert.refresh_from_db()
    assert alert.state == AlertState.RESOLVED
    assert not TelemetrySource.objects.get().blind


def test_a_blind_rule_is_told_of_only_when_its_source_sees(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock, fold: Fold
) -> None:
    rule = make_rule(name="Misspelt")
    telemetry.status = 400
    rules.release(rule, evaluation.run(rule))
    frozen.fast_forward(minutes=4)
    watch.look()
    fold()
    assert Alert.objects.get().title == "Detection is blind: “Misspelt” cannot be judged"


def test_nobody_is_told_of_a_source_that_only_shadows_ask(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    telemetry.status = 503
    evaluation.run(make_rule(mode="shadow"))
    frozen.fast_forward(hours=1)
    watch.look()
    assert not Signal.objects.exists()


def test_rules_made_together_are_not_due_together(make_rule: MakeRule) -> None:
    rule, now = make_rule(interval_seconds=60), clock.now()
    due = []
    for number in range(600):
        rule.pk = number
        due.append((rules.next_run(rule, now) - now).total_seconds())
    assert all(30 <= wait < 90 for wait in due)
    share = [sum(start <= wait % 60 < start + 10 for wait in due) for start in range(0, 60, 10)]
    assert all(90 <= count <= 110 for count in share)
    rule.pk = 7
    again = rules.next_run(rule, rules.next_run(rule, now) + timedelta(seconds=2))
    assert again - rules.next_run(rule, now) == timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
def test_two_polls_do_not_run_at_once(make_rule: MakeRule, telemetry: Telemetry) -> None:
    rule = make_rule()

    def another() -> None:
        try:
            detection.poll()
        finally:
            connections.close_all()

    with detection.alone(detection.POLLS) as first, ThreadPoolExecutor(1) as pool:
        assert first
        pool.submit(another).result()
        assert rule.runs.count() == 0
    JobRun.objects.all().delete()
    detection.poll()
    assert rule.runs.count() == 1


def test_a_quiet_rule_costs_two_statements(make_rule: MakeRule, telemetry: Telemetry) -> None:
    """Its run, and when it is due next: a thousand rules a minute are quiet nearly always."""
    make_rule(threshold=5)
    telemetry.now = [({"job": str(n)}, 1.0) for n in range(5)]
    (rule,) = rules.claim_due(1)
    with Sources() as sources:
        sources.answer(rule.source, lambda client, place: client.now(place, "up"))
        with CaptureQueriesContext(connection) as queries:
            rules.release(rule, evaluation.run(rule, sources))
    assert [query["sql"].split()[0] for query in queries] == ["INSERT", "UPDATE"]
