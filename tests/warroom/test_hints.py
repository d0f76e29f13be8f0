"""Hints leave beside the thread that commits, capped, coalesced, and lost without harm."""

import asyncio
import threading
import time
from typing import Any

from warroom.realtime.hints import HintPublisher


class Wire:
    """Where hints go; it can be held up."""

    def __init__(self) -> None:
        self.sent: list[list[list[int]]] = []
        self.open = threading.Event()
        self.open.set()
        self.fails = 0

    async def __call__(self, message: dict[str, Any]) -> None:
        while not self.open.is_set():  # noqa: ASYNC110  # another thread opens it
            await asyncio.sleep(0.01)
        if self.fails:
            self.fails -= 1
            raise ConnectionError("Valkey is away")
        self.sent.append(message["hints"])

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.sent) < count and time.monotonic() < deadline:
            time.sleep(0.01)


def test_it_sends_in_another_thread() -> None:
    wire = Wire()
    publisher = HintPublisher(wire)
    publisher(7, 41)
    wire.wait(1)
    publisher.stop()
    assert wire.sent == [[[7, 41]]]


def test_it_never_waits_and_tells_only_the_newest() -> None:
    wire = Wire()
    publisher = HintPublisher(wire)
    wire.open.clear()
    publisher(1, 1)
    time.sleep(0.1)
    started = time.monotonic()
    for seq in range(2, 2000):
        publisher(7, seq)
    assert time.monotonic() - started < 1
    wire.open.set()
    wire.wait(2)
    publisher.stop()
    assert wire.sent == [[[1, 1]], [[7, 1999]]]


def test_it_goes_on_after_a_loss() -> None:
    wire = Wire()
    wire.fails = 1
    publisher = HintPublisher(wire)
    publisher(1, 1)
    time.sleep(0.05)
    publisher(2, 2)
    wire.wait(1)
    publisher.stop()
    assert wire.sent == [[[2, 2]]]


def test_it_tells_this_process_at_once_and_sends_the_rest_when_it_ends() -> None:
    wire, heard = Wire(), []
    publisher = HintPublisher(wire)
    publisher.listen(lambda incident_id, seq: heard.append((incident_id, seq)))
    publisher(7, 41)
    assert heard == [(7, 41)]
    publisher.stop()
    assert wire.sent == [[[7, 41]]]


def test_it_begins_anew_in_a_forked_process() -> None:
    wire = Wire()
    publisher = HintPublisher(wire)
    publisher(1, 1)
    wire.wait(1)
    publisher.forget()
    publisher(2, 2)
    wire.wait(2)
    publisher.stop()
    assert wire.sent == [[[1, 1]], [[2, 2]]]
