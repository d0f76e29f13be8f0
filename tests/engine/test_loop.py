"""The loop of the engine."""

import threading
import time

import pytest
from django.db import connection, connections

from incidents.engine import loop
from incidents.engine.alarm import TookTooLong
from incidents.engine.loop import Engine
from incidents.engine.module import Module
from incidents.events.bus import wake_engine
from incidents.models import EngineBeat
from incidents.selectors import health

pytestmark = pytest.mark.django_db(transaction=True)


def _run(engine: Engine) -> None:
    engine.run()
    connections.close_all()


def test_it_goes_on_when_one_module_fails(caplog: pytest.LogCaptureFixture) -> None:
    ran: list[str] = []

    def broken() -> int:
        raise RuntimeError("no")

    def fine() -> int:
        ran.append("fine")
        return 0

    Engine([Module("broken", 91, broken), Module("fine", 92, fine)]).turn()
    assert ran == ["fine"]
    assert EngineBeat.objects.get(module="broken").error == "RuntimeError: no"


def test_it_leaves_a_module_alone_that_another_engine_works_on() -> None:
    ran: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(93)")

    def run() -> int:
        ran.append(1)
        return 0

    def attempt() -> None:
        Engine([Module("held", 93, run)]).turn()
        connections.close_all()

    other = threading.Thread(target=attempt)
    other.start()
    other.join(5)
    connection.close()
    assert ran == []


def test_it_wakes_when_something_commits() -> None:
    turns: list[float] = []

    def count() -> int:
        turns.append(time.monotonic())
        return 0

    engine = Engine([Module("count", 94, count)])
    thread = threading.Thread(target=_run, args=[engine])
    thread.start()
    while not turns:
        time.sleep(0.01)
    time.sleep(0.3)
    sent = time.monotonic()
    wake_engine()
    while len(turns) < 2:
        time.sleep(0.005)
    woken = turns[1] - sent
    engine.stop()
    thread.join(5)
    assert woken < 0.5, "it slept until its next look"


def test_it_comes_back_when_the_database_was_away() -> None:
    turns: list[int] = []

    def cut_the_line() -> int:
        turns.append(1)
        if len(turns) == 1:
            connection.connection.close()
        return 0

    engine = Engine([Module("cut", 95, cut_the_line)])
    thread = threading.Thread(target=_run, args=[engine])
    thread.start()
    deadline = time.monotonic() + 5
    while len(turns) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    engine.stop()
    thread.join(5)
    assert len(turns) >= 2


def test_it_breaks_off_a_module_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "HANG_SECONDS", 0.05)

    def hang() -> int:
        time.sleep(5)
        return 0

    with pytest.raises(TookTooLong):
        Engine([Module("hangs", 96, hang)]).turn()
    connection.close()


def test_it_tells_the_same_failure_once(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> int:
        raise RuntimeError("no")

    engine = Engine([Module("broken", 97, broken)])
    for _ in range(3):
        engine.turn()
    assert caplog.text.count("module broken failed") == 1


def test_it_waits_while_the_database_lacks_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = [["incidents.0099_more"], []]
    seen: list[int] = []
    monkeypatch.setattr(loop, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(health, "missing_migrations", lambda: lacking.pop(0))

    def work() -> int:
        seen.append(len(lacking))
        engine.stop()
        return 0

    engine = Engine([Module("works", 98, work)])
    engine.run()
    assert seen == [0], "it worked before the database was ready"


def test_it_does_not_pause_while_there_is_work() -> None:
    left = list(range(20))

    def work() -> int:
        if not left:
            engine.stop()
            return 0
        left.pop()
        return 1

    engine = Engine([Module("busy", 99, work, seconds=0)])
    began = time.monotonic()
    engine.run()
    assert time.monotonic() - began < 10, "it waited a second between two pieces of work"
