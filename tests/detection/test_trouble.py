"""Sources that hang, lie or poison, rules that vanish: the others go on and somebody is told."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock, patterns
from incidents.kernel.outbound import OutboundError
from incidents.models import (
    Alert,
    DetectionRule,
    JobRun,
    RuleRun,
    RuleSeries,
    Signal,
    TelemetrySource,
)
from incidents.sources.detection import evaluation, rules, watch
from incidents.sources.detection.asking import Sources
from incidents.tasks import detection
from incidents.telemetry import Client, Place, prometheus
from tests.conftest import FrozenClock
from tests.detection.conftest import MakeRule, Telemetry
from tests.detection.servers import Asked, Reply, serving, vector

Fold = Callable[[], None]
POISON = {"job": "a\0b"}


def test_what_a_database_refuses_is_left_out_of_labels(
    make_rule: MakeRule, telemetry: Telemetry, fold: Fold
) -> None:
    telemetry.now = [(POISON, 2.0)]
    assert evaluation.run(make_rule(threshold=1)).error == ""
    fold()
    assert Alert.objects.get().labels == {"job": "ab"}


@pytest.mark.django_db(transaction=True)
def test_a_rule_whose_finding_cannot_be_kept_says_so_and_stops_nobody(
    make_rule: MakeRule, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prometheus, "labels", dict)
    poisoned, good = make_rule(name="Poisoned", query="bad"), make_rule(name="Good")

    def tell(asked: Asked) -> Reply:
        return 200, vector((POISON if asked.params["query"] == "bad" else {}, 2.0))

    telemetry.tell = tell
    assert detection.poll_due() == 2
    assert "database refuses" in poisoned.runs.get().error
    assert good.runs.get().firing == 1
    poisoned.refresh_from_db()
    assert poisoned.failing_since
    assert not RuleSeries.objects.filter(rule=poisoned).exists()


def test_a_rule_that_is_deleted_while_it_is_judged_leaves_nothing(
    make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gather(*_: Any, **__: Any) -> Any:
        DetectionRule.objects.all().delete()
        raise OutboundError("It answered 503")

    monkeypatch.setattr(evaluation, "gather", gather)
    assert "503" in evaluation.run(make_rule()).error
    assert not RuleRun.objects.exists()


@pytest.mark.parametrize("page", [b"<html>Sign in</html>", b"[]"])
def test_a_page_in_front_of_a_source_is_the_sources_fault(
    make_rule: MakeRule, telemetry: Telemetry, page: bytes
) -> None:
    telemetry.tell = lambda _: (200, page)
    assert evaluation.run(make_rule()).error
    assert TelemetrySource.objects.get().failing_since


def test_a_token_that_cannot_be_read_is_the_sources_fault(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    rule = make_rule()
    TelemetrySource.objects.update(sealed_token="sealed with another key")
    assert "Enter it again" in evaluation.run(rules.complete().get(pk=rule.pk)).error
    assert "Enter it again" in TelemetrySource.objects.get().last_error


def _ask(client: Client, place: Place) -> Any:
    return client.now(place, "up")


def _slow(client: Client, place: Place) -> Any:
    time.sleep(0.3)
    raise OutboundError("It did not answer in time.")


def test_slow_questions_do_not_switch_off_a_source_that_answers_others(
    telemetry: Telemetry,
) -> None:
    with Sources(notes_health=False) as sources, ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(sources.answer, telemetry.source, _slow) for _ in range(4)]
        time.sleep(0.1)
        assert sources.answer(telemetry.source, _ask) == []
        assert all(isinstance(one.exception(), OutboundError) for one in slow)
        assert sources.answer(telemetry.source, _ask) == []


def test_of_a_source_that_failed_before_one_finds_out_for_all(telemetry: Telemetry) -> None:
    assert telemetry.source
    telemetry.source.failing_since = clock.now()
    telemetry.source.last_error = "It did not answer in time."
    with Sources(notes_health=False) as sources, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(sources.answer, telemetry.source, _slow) for _ in range(8)]
        assert {str(one.exception()) for one in asked} == {"It did not answer in time."}
    began = time.monotonic()
    with Sources(notes_health=False) as sources:
        assert sources.answer(telemetry.source, _ask) == []
        assert sources.answer(telemetry.source, _ask) == []
    assert time.monotonic() - began < 0.3


@pytest.mark.django_db(transaction=True)
def test_a_source_that_hangs_does_not_hold_up_the_others(
    make_rule: MakeRule, telemetry: Telemetry
) -> None:
    def hang(_asked: Asked) -> Reply:
        time.sleep(1.5)
        return 200, vector()

    with serving(hang) as server:
        hanging = TelemetrySource.objects.create(name="Hangs", url=server.url, timeout_seconds=1)
        for number in range(12):
            make_rule(name=f"Hangs {number}", source=hanging)
            make_rule(name=f"Answers {number}")
        began = time.monotonic()
        assert detection.poll_due() == 24
    assert time.monotonic() - began < 10
    assert RuleRun.objects.filter(error="").count() == 12
    assert TelemetrySource.objects.get(name="Hangs").failing_since
    assert TelemetrySource.objects.get(name="Prometheus").failing_since is None


@pytest.mark.django_db(transaction=True)
def test_it_asks_no_more_at_once_than_it_may(
    make_rule: MakeRule, telemetry: Telemetry, settings: Any
) -> None:
    assert settings.DETECTION_CONCURRENCY == 10
    settings.DETECTION_CONCURRENCY = 3
    now, most = [], []

    def tell(_asked: Asked) -> Reply:
        now.append(1)
        most.append(len(now))
        time.sleep(0.1)
        now.pop()
        return 200, vector()

    telemetry.tell = tell
    for number in range(9):
        make_rule(name=f"Rule {number}")
    detection.poll_due()
    assert max(most) == 3


@pytest.mark.django_db(transaction=True)
def test_rules_that_nobody_came_to_are_given_back(
    make_rule: MakeRule,
    telemetry: Telemetry,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DETECTION_CONCURRENCY = 1
    monkeypatch.setattr(detection, "SECONDS_FOR_MORE", 0.3)

    def tell(_asked: Asked) -> Reply:
        time.sleep(0.4)
        return 200, vector()

    telemetry.tell = tell
    for number in range(3):
        make_rule(name=f"Rule {number}")
    assert detection.poll_due() == 1
    assert len(rules.claim_due(10)) == 2


def test_a_rule_of_many_slow_questions_ends_before_its_lease(
    make_rule: MakeRule, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.sources.detection.asking.SECONDS_A_RULE", 0.05)

    def tell(_asked: Asked) -> Reply:
        time.sleep(0.1)
        return 200, vector()

    telemetry.tell = tell
    run = evaluation.run(make_rule("burn_rate", query="errors[$window]"))
    assert "take longer than" in run.error
    assert len(telemetry.server.seen) == 1
    assert TelemetrySource.objects.get().failing_since is None
    assert timedelta(seconds=detection.SECONDS_FOR_MORE + 20 + 30) < rules.LEASE


def test_when_a_source_is_back_its_other_rules_are_not_called_blind(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock, fold: Fold
) -> None:
    made = [make_rule(name=f"Rule {n}") for n in range(3)]
    telemetry.status = 503
    for rule in made:
        rules.release(rule, evaluation.run(rule))
    frozen.fast_forward(minutes=10)
    telemetry.status = 200
    first = rules.complete().get(pk=made[0].pk)
    rules.release(first, evaluation.run(first))
    watch.look()
    assert not Signal.objects.exists(), "the others have not been tried since"
    frozen.fast_forward(minutes=4)
    watch.look()
    fold()
    assert {alert.labels["detector"] for alert in Alert.objects.all()} == {
        f"rule:{rule.pk}" for rule in made[1:]
    }


def test_a_blind_source_is_told_of_now_and_then_not_at_each_poll(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    make_rule()
    TelemetrySource.objects.update(failing_since=clock.now() - timedelta(hours=1))
    DetectionRule.objects.update(next_due_at=clock.now() + timedelta(hours=1))
    for _ in range(12):
        detection.poll_due()
        frozen.fast_forward(seconds=5)
    assert Signal.objects.count() == 2


def test_a_pattern_has_a_limit_over_all_texts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "ALL_SECONDS", 0.005)
    found = patterns.finder(r"(a|aa)+$")
    with pytest.raises(patterns.TooSlow, match="over all there is"):
        sum(found("b" * 100) for _ in range(100_000))


def test_the_engine_says_when_nobody_judges_the_rules(
    make_rule: MakeRule, frozen: FrozenClock, fold: Fold
) -> None:
    """The worker or beat is dead: nothing that runs in them can tell."""
    rule, since = make_rule(), clock.now()
    rules.release(rule, None)
    frozen.fast_forward(minutes=2)
    watch.look_at_polls(since)
    assert not Signal.objects.exists()
    frozen.fast_forward(minutes=3)
    watch.look_at_polls(clock.now())
    assert not Signal.objects.exists(), "the engine has just begun: so has the worker, perhaps"
    watch.look_at_polls(since)
    fold()
    alert = Alert.objects.get()
    assert alert.title == "Detection is blind: rules are not judged"
    JobRun.objects.create(job=rules.POLL_JOB, slot=clock.now())
    rules.release(rule, None)
    watch.look_at_polls(since)
    fold()
    alert.refresh_from_db()
    assert not alert.is_open


def test_nobody_misses_polls_where_no_rule_is_live(
    make_rule: MakeRule, frozen: FrozenClock
) -> None:
    make_rule(mode="shadow")
    since = clock.now()
    frozen.fast_forward(hours=1)
    watch.look_at_polls(since)
    assert not Signal.objects.exists()
