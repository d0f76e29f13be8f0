"""Pings through the door: what it takes, what it answers, and what is stored by then."""

import asyncio
import logging
from typing import Any

import psycopg
import pytest
from django.db import connections

from incidents.door import pings
from incidents.door.ledger import Ledger
from incidents.engine.loop import Engine
from incidents.models import Alert, EngineBeat, Heartbeat, HeartbeatPing
from incidents.sources.heartbeats import writing
from incidents.sources.heartbeats.watch import EAR
from tests.heartbeats.conftest import Caller, MakeHeartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heartbeat(make_heartbeat: MakeHeartbeat) -> Heartbeat:
    return make_heartbeat()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    ("suffix", "kind", "code"),
    [
        ("", "success", None),
        ("/", "success", None),
        ("/success", "success", None),
        ("/start", "start", None),
        ("/fail", "fail", None),
        ("/fail/", "fail", None),
        ("/log", "log", None),
        ("/0", "exit", 0),
        ("/255", "exit", 255),
    ],
)
def test_it_stores_each_ping_before_it_answers(
    caller: Caller, heartbeat: Heartbeat, method: str, suffix: str, kind: str, code: int | None
) -> None:
    answer = caller.ping(f"/ping/{heartbeat.key}{suffix}", method=method)
    ping = HeartbeatPing.objects.get()
    assert (answer.status_code, answer.text) == (200, "" if method == "HEAD" else "OK\n")
    assert answer.headers["cache-control"] == "no-store"
    assert (ping.kind, ping.exit_code, ping.method) == (kind, code, method)
    assert (ping.heartbeat, ping.number) == (heartbeat, None)


@pytest.mark.parametrize("suffix", ["256", "-1", "+3", "01234", "٣", "stop", "start/now", "1.5"])
def test_it_refuses_what_is_no_exit_status_and_stores_nothing(
    caller: Caller, heartbeat: Heartbeat, suffix: str
) -> None:
    answer = caller.ping(f"/ping/{heartbeat.key}/{suffix}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "exit status of 0 to 255" in answer.json()["detail"]
    assert not HeartbeatPing.objects.exists()


@pytest.mark.parametrize("path", ["/ping/", "/ping/isb_unknown", "/ping/isb_unknown/start"])
def test_it_does_not_know_other_addresses(caller: Caller, db: None, path: str) -> None:
    assert caller.ping(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_takes_three_methods(caller: Caller, heartbeat: Heartbeat, method: str) -> None:
    answer = caller.ping(f"/ping/{heartbeat.key}", method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_it_keeps_the_end_of_a_long_body(caller: Caller, heartbeat: Heartbeat) -> None:
    body = b"x" * 300_000 + b"\0 \xff the last line"
    assert caller.ping(f"/ping/{heartbeat.key}/fail", body, method="POST").status_code == 200
    ping = HeartbeatPing.objects.get()
    assert ping.body.endswith("xxx � the last line")
    assert len(ping.body) <= pings.KEPT
    assert ping.body_size == len(body)


def test_a_body_past_all_bounds_is_not_even_read(
    caller: Caller, heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pings, "MOST_READ", 1000)
    answer = caller.ping(f"/ping/{heartbeat.key}", b"x" * 5000, method="POST")
    assert answer.status_code == 200


def test_it_says_that_a_paused_one_is_not_watched(caller: Caller, heartbeat: Heartbeat) -> None:
    writing.pause(heartbeat.slug)
    answer = caller.ping(f"/ping/{heartbeat.key}")
    assert (answer.status_code, answer.text[:6]) == (200, "Paused")
    assert HeartbeatPing.objects.exists()


def test_a_new_address_works_at_once_and_the_old_one_no_more(
    caller: Caller, heartbeat: Heartbeat
) -> None:
    old = heartbeat.key
    new = writing.rotate(heartbeat.slug).key
    asked = [("GET", f"/ping/{key}", b"") for key in (old, new)]
    assert [answer.status_code for answer in caller.ping_all(asked)] == [404, 200]


def test_who_pings_too_often_is_told_when_to_come_back_and_disturbs_nobody(
    caller: Caller, make_heartbeat: MakeHeartbeat
) -> None:
    noisy, quiet = make_heartbeat("Noisy").key, make_heartbeat("Quiet").key
    keys = [noisy] * 30 + [quiet]
    answers = caller.ping_all([("GET", f"/ping/{key}", b"") for key in keys])
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 10
    assert refused[0].headers["retry-after"] == "1"
    assert answers[-1].status_code == 200


def test_while_the_database_is_away_it_says_so_and_when_to_try_again(
    caller: Caller, heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(Ledger, "_insert", fail)
    answer = caller.ping(f"/ping/{heartbeat.key}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "not stored" in answer.json()["detail"]


def test_a_ping_whose_commit_got_through_unseen_is_stored_once(
    caller: Caller, heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    real = pings.write_pings

    async def loses_its_answer(connection: Any, rows: Any) -> None:
        await real(connection, rows)
        written.append(len(rows))
        if len(written) == 1:
            raise psycopg.OperationalError("the answer is lost")

    monkeypatch.setattr(pings, "write_pings", loses_its_answer)
    assert caller.ping(f"/ping/{heartbeat.key}").text == "OK\n"
    assert (written, HeartbeatPing.objects.count()) == ([1, 1], 1)


def test_it_logs_no_key(
    caller: Caller, heartbeat: Heartbeat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caller.ping(f"/ping/{heartbeat.key}")
    door = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert all(heartbeat.key not in record.getMessage() for record in door)


def test_a_failure_goes_from_the_door_to_an_incident_and_success_ends_it(
    caller: Caller, heartbeat: Heartbeat
) -> None:
    engine = Engine()
    caller.ping(f"/ping/{heartbeat.key}/7", b"disk full", method="POST")
    while engine.turn():
        pass
    alert = Alert.objects.get()
    assert (alert.integration.kind, alert.state) == ("heartbeat", "open")
    assert (alert.title, alert.description) == (
        "“Nightly backup” failed with exit status 7",
        "disk full",
    )
    assert alert.incident is not None
    caller.ping(f"/ping/{heartbeat.key}")
    while engine.turn():
        pass
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_a_web_process_says_that_it_listens_from_its_first_request_on(
    caller: Caller,
) -> None:
    caller.door = pings.Pings(says_so=True)

    async def visit() -> None:
        assert not caller.door.serves({"path": "/elsewhere"})
        for _ in range(200):
            if await asyncio.to_thread(_is_told):
                break
            await asyncio.sleep(0.05)
        await caller.door.close()

    asyncio.run(visit())
    assert EngineBeat.objects.filter(module=EAR).exists()


def _is_told() -> bool:
    try:
        return EngineBeat.objects.filter(module=EAR).exists()
    finally:
        connections.close_all()
