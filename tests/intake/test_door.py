"""What the door answers, and what it has stored by then."""

import asyncio
import gzip
import json
import logging
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from incidents.door import ledger
from incidents.door.keys import KeyRing
from incidents.door.limits import Bucket
from incidents.kernel import clock, tokens
from incidents.models import ApiKey, Integration, Scope, Signal
from incidents.sources.adapters import alertmanager as alertmanager_adapter
from tests.intake.conftest import Visitor, alertmanager

TRIGGER = {
    "event_action": "trigger",
    "payload": {"summary": "Disk full", "source": "db-1", "severity": "error"},
}


def test_it_has_stored_the_message_as_it_came_when_it_answers(visitor: Visitor) -> None:
    body = json.dumps(alertmanager(), indent=3).encode()
    answer = visitor.post(f"/hooks/alertmanager/{visitor.keys['alertmanager']}", body)
    signal = Signal.objects.get()
    assert (answer.status_code, bytes(signal.body)) == (202, body)
    assert answer.json() == {"status": "accepted", "id": str(signal.delivery_id)}


def test_it_takes_alertmanager_keys_from_headers_too(visitor: Visitor) -> None:
    key = visitor.keys["alertmanager"]
    bearer = visitor.post("/hooks/alertmanager", alertmanager(), Authorization=f"Bearer {key}")
    assert bearer.status_code == 202


def test_it_answers_pagerduty_clients_with_the_dedup_key_it_made(visitor: Visitor) -> None:
    answer = visitor.page(**TRIGGER).json()
    stored = json.loads(bytes(Signal.objects.get().body))
    assert answer["message"] == "Event processed"
    assert stored["dedup_key"] == answer["dedup_key"]
    assert visitor.page(**TRIGGER, dedup_key="mine").json()["dedup_key"] == "mine"


def test_it_never_stores_a_routing_key(visitor: Visitor) -> None:
    visitor.page(**TRIGGER)
    assert visitor.keys["pagerduty"].encode() not in bytes(Signal.objects.get().body)


def test_it_names_every_fault_as_pagerduty_does(visitor: Visitor) -> None:
    answer = visitor.page(event_action="trigger", payload={"source": "db-1", "severity": "bad"})
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [
            "'payload.summary' is missing or blank",
            (
                "'payload.severity' is invalid (must be one of the following: "
                "'critical', 'warning', 'error', 'info')"
            ),
        ],
    }


def test_it_says_where_an_event_can_be_traced(visitor: Visitor) -> None:
    answer = visitor.event().json()
    assert answer["trace"].endswith(f"/alerts/trace/{answer['id']}")


def test_it_takes_a_list_of_events_as_one_message(visitor: Visitor) -> None:
    key = visitor.keys["native"]
    events = [{"type": "a", "source": str(n), "message": "m"} for n in range(1000)]
    answer = visitor.post("/api/events/", events, Authorization=f"Bearer {key}")
    assert (answer.status_code, answer.json()["count"], Signal.objects.count()) == (202, 1000, 1)


@pytest.mark.parametrize(
    ("scopes", "status"), [([Scope.EVENTS], 202), ([Scope.ADMIN], 202), ([Scope.READ], 401)]
)
def test_it_takes_events_by_api_key_with_the_right_scope(
    visitor: Visitor, scopes: list[Scope], status: int
) -> None:
    token = tokens.new_token("isk")
    ApiKey.objects.create(name="CI", hint="x", token_hash=tokens.digest(token), scopes=scopes)
    event = {"type": "deploy", "source": "ci", "message": "The deployment failed"}
    answer = visitor.post("/api/events", event, Authorization=f"Bearer {token}")
    assert answer.status_code == status
    assert Integration.objects.filter(kind="native").count() == (2 if status == 202 else 1)


@pytest.mark.parametrize("path", ["/hooks/alertmanager/wrong", "/api/events", "/v2/enqueue"])
def test_it_refuses_keys_it_does_not_know(visitor: Visitor, path: str) -> None:
    body: dict[str, Any] = {"routing_key": "wrong", **TRIGGER}
    answer = visitor.post(path, body, Authorization="Bearer wrong")
    assert answer.status_code == (400 if path == "/v2/enqueue" else 401)
    assert "not known" in answer.text
    assert not Signal.objects.exists()


def test_it_tells_where_a_key_of_another_kind_belongs(visitor: Visitor) -> None:
    answer = visitor.post("/api/events", {}, Authorization=f"Bearer {visitor.keys['pagerduty']}")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "Send to /v2/enqueue" in answer.json()["detail"]


def test_it_refuses_for_a_paused_integration(visitor: Visitor) -> None:
    Integration.objects.update(paused=True)
    assert visitor.alert().status_code == 403


def test_it_never_logs_a_key(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.alert()
        visitor.post("/hooks/alertmanager/isi_secret", b"{")
    logged = " ".join(r.getMessage() for r in caplog.records if r.name.startswith("incidents"))
    assert "isi_" not in logged


BAD_BODIES = (
    (b"", 400, "is empty"),
    (b"{nonsense", 400, "not valid JSON"),
    (b'{"a": NaN}', 400, "not valid JSON"),
    (b'{"a": 1e400}', 400, "not valid JSON"),
    (b'"\\ud800"', 400, "not valid JSON"),
    (b'"\xff"', 400, "not UTF-8"),
    (b"[" * 33 + b"]" * 33, 400, "more than 32 levels"),
    (b"[" * 100_000, 400, "more than 32 levels"),
    (b"x" * (256 * 1024 + 1), 413, "256 KiB"),
    (b'{"a": "\0"}', 400, "not valid JSON"),
    (b'{"a": 1, "a": 2}', 400, "occurs twice"),
    (b'{"a" : 1, "b": {"c" :1, "c"\n:2}}', 400, "occurs twice"),
    (b'{"a": "x\\u0022:", "b": 1, "b": 2}', 400, "occurs twice"),
    (b'{"type": "a"}', 422, "source is missing"),
)


def test_it_says_what_is_wrong_with_a_bad_body(visitor: Visitor) -> None:
    headers = {"Authorization": f"Bearer {visitor.keys['native']}"}
    answers = visitor.post_all([("/api/events", body, headers) for body, _, _ in BAD_BODIES])
    for answer, (_, status, words) in zip(answers, BAD_BODIES, strict=True):
        problem = answer.json()
        assert (answer.status_code, problem["status"]) == (status, status)
        assert words in problem["detail"]
        assert {"type", "title", "status", "detail"} <= set(problem)
    assert not Signal.objects.exists()


def test_a_quote_before_a_colon_within_text_is_no_twin(visitor: Visitor) -> None:
    assert visitor.event(message='He said "a": "b" twice', labels={"a": '":'}).status_code == 202


def test_it_refuses_for_a_key_that_has_expired_and_says_so(visitor: Visitor) -> None:
    Integration.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    answer = visitor.event()
    assert (answer.status_code, Signal.objects.count()) == (401, 0)
    assert "has expired" in answer.json()["detail"]


def test_it_unpacks_gzip_and_stops_at_bombs(visitor: Visitor) -> None:
    path = f"/hooks/alertmanager/{visitor.keys['alertmanager']}"
    packed = {"Content-Encoding": "gzip"}
    fine, bomb = gzip.compress(json.dumps(alertmanager()).encode()), gzip.compress(b"0" * 10**7)
    answers = visitor.post_all(
        [
            (path, fine, packed),
            (path, bomb, packed),
            (path, fine[:40], packed),
            (path, b"x", packed),
        ]
    )
    assert [answer.status_code for answer in answers] == [202, 413, 400, 400]


def test_it_takes_only_posts(visitor: Visitor) -> None:
    answer = visitor.get("/api/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_it_stores_a_message_with_an_idempotency_key_once(visitor: Visitor) -> None:
    body = {"type": "a", "source": "b", "message": "c"}
    headers = {"Authorization": f"Bearer {visitor.keys['native']}", "Idempotency-Key": "run-17"}
    answers = visitor.post_all([("/api/events", body, headers)] * 5)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == Signal.objects.count() == 1


def test_it_slows_down_who_sends_too_much(visitor: Visitor, settings: Any) -> None:
    settings.INTAKE_RATE = 5
    path = f"/hooks/alertmanager/{visitor.keys['alertmanager']}"
    answers = visitor.post_all([(path, alertmanager(), {})] * 15)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [202] * 10 + [429] * 5
    slowed = next(answer for answer in answers if answer.status_code == 429)
    assert slowed.headers["retry-after"] == "1"
    assert Signal.objects.count() == 10


def test_a_bucket_fills_again() -> None:
    bucket = Bucket(rate=10)
    assert [bucket.take() for _ in range(21)] == [0] * 20 + [1]
    bucket.at -= 0.2
    assert [bucket.take() for _ in range(3)] == [0, 0, 1]


def test_it_refuses_only_the_one_whose_integration_has_just_gone(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/hooks/alertmanager/{visitor.keys['alertmanager']}"
    real = ledger.Row

    def first_is_gone(integration_id: int, *rest: Any) -> ledger.Row:
        monkeypatch.setattr("incidents.door.asgi.Row", real)
        return real(integration_id + 999, *rest)

    monkeypatch.setattr("incidents.door.asgi.Row", first_is_gone)
    answers = visitor.post_all([(path, alertmanager(), {})] * 4)
    assert sorted(answer.status_code for answer in answers) == [202, 202, 202, 401]


def test_it_promises_nothing_when_its_own_code_fails(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(alertmanager_adapter, "_signal", fail)
    answer = visitor.alert()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not Signal.objects.exists()


@pytest.mark.parametrize("trouble", [psycopg.OperationalError, PoolTimeout])
def test_it_promises_nothing_while_the_database_is_away(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    async def fail(*_: Any) -> None:
        raise trouble

    monkeypatch.setattr(ledger.Ledger, "_insert", fail)
    answers = [visitor.alert(), visitor.page(**TRIGGER), visitor.event()]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}


def test_it_gives_up_on_a_database_that_hangs(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.sleep(0.5)

    monkeypatch.setattr(ledger, "SECONDS_TO_WRITE", 0.05)
    monkeypatch.setattr(ledger.Ledger, "_insert", hang)
    assert visitor.alert().status_code == 503


def test_it_refuses_when_too_much_waits(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "BYTES_WAITING", -1)
    assert visitor.alert().status_code == 503


def test_it_knows_nobody_while_the_keys_cannot_be_read(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: KeyRing) -> dict[str, Any]:
        raise psycopg.OperationalError

    monkeypatch.setattr(KeyRing, "_load", fail)
    assert visitor.alert().status_code == 503
