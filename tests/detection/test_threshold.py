"""A threshold rule polled from a server that speaks Prometheus' HTTP API."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from incidents.models import (
    Alert,
    AlertState,
    DetectionRule,
    RuleRun,
    Service,
    Severity,
    TelemetrySource,
)
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.detection import evaluation, rules
from incidents.tasks import detection
from tests.conftest import FrozenClock


class FakePrometheus:
    """Answers every instant query with `series`: a list of (labels, value)."""

    def __init__(self) -> None:
        self.series: list[tuple[dict[str, str], float]] = []
        self.status = 200
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(owner.answer()).encode()
                self.send_response(owner.status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self) -> dict[str, Any]:
        result = [{"metric": m, "value": [1.0, str(value)]} for m, value in self.series]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}


@pytest.fixture
def prometheus() -> Iterator[FakePrometheus]:
    server = FakePrometheus()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def rule(
    prometheus: FakePrometheus, severities: dict[str, Severity], service: Service
) -> DetectionRule:
    source = TelemetrySource.objects.create(name="Prometheus", url=prometheus.url)
    return DetectionRule.objects.create(
        name="Error ratio above 5 %",
        source=source,
        query="errors / requests",
        threshold=0.05,
        severity=severities["P1"],
        service=service,
    )


def _fold() -> None:
    while intake.fold_batch(adapters.read):
        pass


def test_it_opens_one_alert_and_incident_and_closes_them(
    rule: DetectionRule, prometheus: FakePrometheus
) -> None:
    prometheus.series = [({"job": "checkout"}, 0.38)]
    for _ in range(3):
        evaluation.run(rule)
        _fold()
    alert = Alert.objects.get()
    assert (alert.title, alert.value, alert.severity.code) == (
        "Error ratio above 5 %",
        "0.38",
        "P1",
    )
    assert alert.incident is not None
    assert alert.incident.service == rule.service
    prometheus.series = [({"job": "checkout"}, 0.01)]
    evaluation.run(rule)
    _fold()
    alert.refresh_from_db()
    assert alert.state == AlertState.RESOLVED
    assert alert.incident.__class__.objects.get().state == "resolved"


def test_it_does_not_open_below_the_line(rule: DetectionRule, prometheus: FakePrometheus) -> None:
    prometheus.series = [({"job": "checkout"}, 0.05)]
    run = evaluation.run(rule)
    _fold()
    assert (run.series, run.firing, Alert.objects.count()) == (1, 0, 0)


def test_it_waits_until_the_condition_has_held(
    rule: DetectionRule, prometheus: FakePrometheus, frozen: FrozenClock
) -> None:
    rule.hold_seconds = 120
    rule.save()
    prometheus.series = [({}, 0.9)]
    assert evaluation.run(rule).firing == 0
    frozen.fast_forward(seconds=119)
    assert evaluation.run(rule).firing == 0
    frozen.fast_forward(seconds=1)
    assert evaluation.run(rule).firing == 1


def test_it_closes_the_alert_of_a_series_that_is_gone(
    rule: DetectionRule, prometheus: FakePrometheus
) -> None:
    prometheus.series = [({"pod": "a"}, 1.0)]
    evaluation.run(rule)
    prometheus.series = []
    evaluation.run(rule)
    _fold()
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_it_keeps_what_is_firing_while_the_source_is_away(
    rule: DetectionRule, prometheus: FakePrometheus
) -> None:
    prometheus.series = [({"pod": "a"}, 1.0)]
    evaluation.run(rule)
    prometheus.status = 503
    assert "503" in evaluation.run(rule).error
    _fold()
    assert Alert.objects.get().is_open
    assert rule.series.filter(firing=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_source_down_does_not_stop_the_others(
    rule: DetectionRule, prometheus: FakePrometheus, severities: dict[str, Severity]
) -> None:
    dead = TelemetrySource.objects.create(name="Dead", url="http://127.0.0.1:1")
    DetectionRule.objects.create(
        name="Blind", source=dead, query="up", threshold=1, severity=severities["P3"]
    )
    prometheus.series = [({}, 1.0)]
    assert detection.poll_due() == 2
    assert RuleRun.objects.get(rule=rule).firing == 1
    assert "could not be reached" in RuleRun.objects.get(rule__name="Blind").error
    assert detection.poll_due() == 0, "the next run is an interval away"


def test_two_workers_never_get_the_same_rule(rule: DetectionRule, frozen: FrozenClock) -> None:
    assert rules.claim_due(10) == [rule]
    assert rules.claim_due(10) == []
    frozen.fast_forward(seconds=91)
    assert rules.claim_due(10) == [rule], "the worker that had it is gone"


def test_a_rule_that_is_switched_off_closes_what_it_had_opened(
    rule: DetectionRule, prometheus: FakePrometheus
) -> None:
    prometheus.series = [({"pod": "a"}, 1.0)]
    evaluation.run(rule)
    DetectionRule.objects.update(mode="off")
    detection.poll_due()
    _fold()
    assert Alert.objects.get().state == AlertState.RESOLVED
    assert rules.still_told() == []


@pytest.mark.parametrize(("comparator", "worst"), [("gt", 3.0), ("lt", -5.0)])
def test_it_keeps_the_worst_value_of_a_run(
    rule: DetectionRule, prometheus: FakePrometheus, comparator: str, worst: float
) -> None:
    rule.comparator = comparator
    prometheus.series = [({"pod": "a"}, 3.0), ({"pod": "b"}, -5.0)]
    assert evaluation.run(rule).worst_value == worst


def test_a_fault_of_ours_is_shown_at_the_rule(
    rule: DetectionRule, prometheus: FakePrometheus, caplog: pytest.LogCaptureFixture
) -> None:
    prometheus.series = [({}, 1.0)]
    rule.kind = "astrology"
    assert "KeyError" in evaluation.run(rule).error
    assert RuleRun.objects.get().error
