"""The loop of the engine."""

import threading
import time

import pytest
from django.db import connection, connections

from incidents.engine.loop import Engine
from incidents.engine.modules import Module
from incidents.events.bus import wake_engine
from incidents.models import EngineBeat

pytestmark = pytest.mark.django_db(transaction=True)


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

    def attempt() -> None:
        Engine([Module("held", 93, lambda: ran.append(1) or 0)]).turn()
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
    thread = threading.Thread(target=lambda: (engine.run(), connections.close_all()))
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
    thread = threading.Thread(target=lambda: (engine.run(), connections.close_all()))
    thread.start()
    deadline = time.monotonic() + 5
    while len(turns) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    engine.stop()
    thread.join(5)
    assert len(turns) >= 2
