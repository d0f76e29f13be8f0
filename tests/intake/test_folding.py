"""What becomes of signals: alerts, incidents, and nothing twice."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections

from incidents.engine.loop import Engine
from incidents.events import timeline
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Unavailable
from incidents.models import (
    Alert,
    AlertState,
    Change,
    Fact,
    Incident,
    Integration,
    Service,
    Severity,
    Signal,
    SignalState,
    State,
)
from incidents.pipeline import correlation, intake, lifecycle
from incidents.sources import adapters
from tests.intake.conftest import Fold, Request, Visitor, alertmanager

BEGAN = "2026-11-03T03:10:00Z"
OVER = {"status": "resolved", "startsAt": BEGAN, "endsAt": "2026-11-03T03:25:00Z"}
EXPLODES = "explodes"


def test_it_makes_one_alert_and_one_incident_of_300_duplicates_at_once(
    visitor: Visitor, fold: Fold
) -> None:
    path = f"/hooks/alertmanager/{visitor.keys['alertmanager']}"
    answers = visitor.post_all([(path, alertmanager(), {})] * 300)
    assert {answer.status_code for answer in answers} == {202}
    assert fold() == 300
    (alert,), (incident,) = Alert.objects.all(), Incident.objects.all()
    assert (alert.count, alert.incident) == (300, incident)
    assert (incident.title, incident.severity.code) == ("Checkout answers 5xx", "P0")


def test_an_incident_is_opened_when_we_heard_and_began_when_the_sender_says(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert(startsAt=BEGAN)
    fold()
    incident = Incident.objects.get()
    assert incident.began_at.isoformat() == "2026-11-03T03:10:00+00:00"
    assert timeline.since(incident.pk)[0].occurred_at >= incident.opened_at


def test_it_closes_the_alert_and_its_incident_when_it_is_over(visitor: Visitor, fold: Fold) -> None:
    visitor.alert(startsAt=BEGAN)
    fold()
    visitor.alert(**OVER)
    fold()
    (alert,), (incident,) = Alert.objects.all(), Incident.objects.all()
    assert (alert.state, incident.state) == (AlertState.RESOLVED, State.RESOLVED)
    assert [fact.kind for fact in timeline.since(incident.pk)] == [
        "incident.opened",
        "incident.triaged",
        "alert.attached",
        "alert.resolved",
        "incident.state_changed",
    ]


def test_it_opens_a_new_alert_when_it_comes_back(visitor: Visitor, fold: Fold) -> None:
    for told in ({"startsAt": BEGAN}, OVER, {"startsAt": "2026-11-03T03:40:00Z"}):
        visitor.alert(**told)
    assert fold() == 3
    states = list(Alert.objects.order_by("pk").values_list("state", flat=True))
    assert states == [AlertState.RESOLVED, AlertState.OPEN]
    assert Incident.objects.exclude(state__in=(State.RESOLVED, State.CLOSED)).count() == 1


def test_it_folds_an_end_and_a_return_of_a_known_alert_in_one_batch(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert(startsAt=BEGAN)
    fold()
    visitor.alert(**OVER)
    visitor.alert(startsAt="2026-11-03T03:40:00Z")
    assert fold() == 2
    assert Signal.objects.filter(state=SignalState.FOLDED).count() == 3
    assert Alert.objects.filter(state=AlertState.OPEN).count() == 1


def test_a_late_notice_about_an_earlier_episode_closes_nothing(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert(startsAt="2026-11-03T03:40:00Z")
    visitor.alert(**OVER)
    fold()
    assert Alert.objects.get().state == AlertState.OPEN


def test_it_drops_an_end_without_a_beginning(visitor: Visitor, fold: Fold) -> None:
    visitor.alert(**OVER)
    fold()
    assert not Alert.objects.exists()
    assert Signal.objects.get().outcome == [{"action": "nothing open", "fingerprint": "c7e2f1b2"}]


def test_it_lets_a_sender_acknowledge(visitor: Visitor, fold: Fold) -> None:
    event = {"summary": "Disk full", "source": "db-1", "severity": "error"}
    visitor.page(event_action="trigger", dedup_key="k", payload=event)
    visitor.page(event_action="acknowledge", dedup_key="k")
    visitor.page(event_action="trigger", dedup_key="k", payload=event)
    fold()
    (alert,), (incident,) = Alert.objects.all(), Incident.objects.all()
    assert (alert.state, alert.count) == (AlertState.ACKNOWLEDGED, 2)
    assert incident.state == State.ACKNOWLEDGED


def test_it_raises_alert_and_incident_when_it_gets_worse(visitor: Visitor, fold: Fold) -> None:
    visitor.event(severity="warning")
    visitor.event(severity="info")
    fold()
    visitor.event(severity="critical")
    fold()
    assert Alert.objects.get().severity.code == "P0"
    incident = Incident.objects.get()
    assert incident.severity.code == "P0"
    assert timeline.of_kind(incident.pk, "incident.severity_changed")


def test_a_condition_that_outlives_its_incident_opens_another(visitor: Visitor, fold: Fold) -> None:
    visitor.alert(startsAt=BEGAN)
    fold()
    first = Incident.objects.get()
    engine = Actor.system("engine")
    lifecycle.move(incident_id=first.pk, name="resolve", actor=engine, reason="I think so")
    visitor.alert(startsAt=BEGAN)
    fold()
    second = Incident.objects.exclude(pk=first.pk).get()
    assert second.state == State.DETECTED
    assert Alert.objects.exclude(state=AlertState.RESOLVED).get().incident == second


def test_what_was_under_way_when_people_resolved_reopens_nothing(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert()
    fold()
    visitor.alert()
    Signal.objects.filter(state=SignalState.PENDING).update(
        received_at=clock.now() - timedelta(seconds=5)
    )
    lifecycle.move(incident_id=Incident.objects.get().pk, name="resolve", actor=Actor.system())
    fold()
    assert Incident.objects.count() == 1


def test_alerts_on_one_service_make_one_incident(
    visitor: Visitor, fold: Fold, service: Service
) -> None:
    for n in range(3):
        visitor.alert(fingerprint=f"f{n}", labels={"service": "Checkout", "severity": "warning"})
    fold()
    visitor.alert(fingerprint="worst", labels={"service": "checkout"})
    fold()
    incident = Incident.objects.get()
    assert (incident.service, incident.severity.code) == (service, "P0")
    assert Alert.objects.filter(incident=incident).count() == 4


def test_a_storm_is_told_in_numbers(visitor: Visitor, fold: Fold) -> None:
    body = alertmanager()
    body["alerts"] = [body["alerts"][0] | {"fingerprint": f"f{n}"} for n in range(800)]
    visitor.post(f"/hooks/alertmanager/{visitor.keys['alertmanager']}", body)
    fold()
    incident = Incident.objects.get()
    assert Alert.objects.filter(incident=incident).count() == 800
    assert Fact.objects.filter(incident=incident).count() == 2 + correlation.TELL_EACH + 1
    assert timeline.latest(incident.pk, 1)[0].text == "added 780 more alerts"


def test_a_sender_whose_clock_is_ahead_begins_nothing_in_the_future(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert(startsAt="2031-01-01T00:00:00Z")
    fold()
    alert = Alert.objects.get()
    assert alert.started_at == alert.last_seen_at


def _exploding(slug: str, body: bytes, options: Mapping[str, Any]) -> list[Any]:
    if EXPLODES.encode() in body:
        raise ZeroDivisionError("no such adapter bug")
    return adapters.read(slug, body, options)


def test_a_message_that_cannot_be_folded_holds_up_no_other(visitor: Visitor, fold: Fold) -> None:
    for name in ("before", EXPLODES, "after"):
        visitor.alert(fingerprint=name)
    assert intake.fold_batch(_exploding) == 3
    assert sorted(Alert.objects.values_list("fingerprint", flat=True)) == ["after", "before"]
    kept = Signal.objects.get(state=SignalState.REJECTED)
    assert kept.outcome == [{"error": "ZeroDivisionError: no such adapter bug"}]
    assert fold() == 0


def test_a_message_whose_adapter_is_gone_is_kept_with_the_reason(
    visitor: Visitor, fold: Fold
) -> None:
    visitor.alert()
    Signal.objects.update(adapter="retired")
    fold()
    kept = Signal.objects.get()
    assert kept.state == SignalState.REJECTED
    assert kept.outcome == [{"error": "there is no adapter called 'retired'"}]


def test_trouble_of_the_database_is_not_blamed_on_the_message(
    visitor: Visitor, fold: Fold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadlock(*_: Any, **__: Any) -> None:
        raise OperationalError from psycopg.errors.DeadlockDetected()

    visitor.alert()
    with monkeypatch.context() as patched:
        patched.setattr(correlation, "settle", deadlock)
        with pytest.raises(OperationalError):
            fold()
    assert Signal.objects.get().state == SignalState.PENDING
    assert fold() == 1


def test_signals_wait_while_there_are_no_severities(visitor: Visitor, fold: Fold) -> None:
    Severity.objects.all().delete()
    visitor.alert()
    with pytest.raises(Unavailable, match="load_starter_kit"):
        fold()
    assert Signal.objects.get().state == SignalState.PENDING


def _in_threads(count: int, work: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_engines_at_once_fold_everything_once_and_in_order(visitor: Visitor) -> None:
    path = f"/hooks/alertmanager/{visitor.keys['alertmanager']}"
    fire: list[Request] = [
        (path, alertmanager(fingerprint=f"f{n % 10}", startsAt=BEGAN), {}) for n in range(200)
    ]
    visitor.post_all(fire)
    visitor.post_all([(path, alertmanager(fingerprint=f"f{n}", **OVER), {}) for n in range(10)])

    def work_until_done() -> None:
        engine = Engine()
        while Signal.objects.filter(state=SignalState.PENDING).exists():
            engine.turn()

    _in_threads(2, work_until_done)
    assert [a.count for a in Alert.objects.filter(state=AlertState.RESOLVED)] == [20] * 10
    assert not Incident.objects.exclude(state=State.RESOLVED).exists()


def test_folding_once_more_changes_nothing(visitor: Visitor, fold: Fold) -> None:
    visitor.alert()
    assert (fold(), fold()) == (1, 0)
    assert Alert.objects.get().count == 1


def test_a_batch_ends_after_so_many_bytes(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        visitor.alert(fingerprint=f"f{n}")
    monkeypatch.setattr(intake, "BYTES_A_BATCH", 1)
    assert [intake.fold_batch(adapters.read) for _ in range(4)] == [1, 1, 1, 0]


def test_what_says_nothing_new_is_counted_and_changes_nothing(visitor: Visitor, fold: Fold) -> None:
    for value in ("12 %", "12 %", "14 %"):
        visitor.alert(
            annotations={"description": value, "lastReceived": f"{clock.now()}"},
            startsAt=clock.now().isoformat(),
        )
        fold()
    alert = Alert.objects.get()
    assert (alert.count, alert.description) == (3, "14 %")
    told = [signal.outcome[0]["action"] for signal in Signal.objects.order_by("pk")]
    assert told == ["open", "duplicate", "repeat"]


def test_an_integration_says_what_is_not_a_change(visitor: Visitor, fold: Fold) -> None:
    Integration.objects.update(options={"ignore": ["pod", "value"]})
    for number in range(2):
        visitor.alert(labels={"pod": f"p{number}"}, annotations={"value": f"{number}"})
        fold()
    assert Alert.objects.get().labels["pod"] == "p0"
    assert Signal.objects.latest("pk").outcome[0]["action"] == "duplicate"


def test_a_change_is_kept_and_wakes_nobody(visitor: Visitor, fold: Fold, service: Service) -> None:
    event = {
        "summary": "Deployed 4.2",
        "source": "ci",
        "timestamp": "2026-07-17T08:42:58Z",
        "custom_details": {"service": service.slug, "build": 2},
    }
    links = [{"href": "https://ci.example/2", "text": "Build 2"}]
    body = {"routing_key": visitor.keys["pagerduty"], "payload": event, "links": links}
    answer = visitor.post("/v2/change/enqueue", body)
    assert (answer.status_code, answer.json()["message"]) == (202, "Change event processed")
    fold()
    change = Change.objects.get()
    assert (change.summary, change.service, change.links) == ("Deployed 4.2", service, links)
    assert change.details == {"service": service.slug, "build": 2}
    assert not Alert.objects.exists()
    assert not Incident.objects.exists()
    assert Signal.objects.get().outcome[0]["action"] == "change"
