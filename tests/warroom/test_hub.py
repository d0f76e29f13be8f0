"""What the hub promises when hints, sockets or the database fail."""

import asyncio
import random

import pytest
from django.db import OperationalError

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.conftest import People
from tests.warroom.conftest import Enter
from warroom.consumers import source
from warroom.realtime.frames import Frame, FrameCache
from warroom.realtime.workers import workers
from warroom.selectors import log
from warroom.services import chat

pytestmark = pytest.mark.django_db(transaction=True)


async def _post(incident: Incident, people: People, body: str) -> None:
    await workers.run(
        chat.post, incident_id=incident.pk, body=body, actor=Actor.of(people.teammate)
    )


async def test_it_finds_a_fact_that_no_hint_told(
    enter: Enter, people: People, incident: Incident, no_hints: None
) -> None:
    cara = await enter(people.commander, incident)
    await cara.expect("hello")
    await asyncio.sleep(0.5)  # past the look that follows the subscription
    await _post(incident, people, "Hint lost")
    async with asyncio.timeout(6):
        assert (await cara.fact("chat.posted"))["data"]["body"] == "Hint lost"


async def test_it_reads_each_fact_once_for_all_sockets(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    draw = source.frame_of

    def count(entry: log.Entry) -> Frame:
        drawn.append(entry.fact.seq)
        return draw(entry)

    monkeypatch.setattr(source, "frame_of", count)
    visitors = [await enter(people.commander, incident) for _ in range(5)]
    for number in range(3):
        await _post(incident, people, f"{number}")
    for visitor in visitors:
        while len(visitor.facts) < 3:
            await visitor.receive()
    assert drawn == [3, 4, 5]


async def test_it_loses_and_repeats_nothing_while_clients_come_and_go(
    enter: Enter, people: People, incident: Incident
) -> None:
    """Five seconds of posting, while a client is cut off at random and resumes at its cursor."""
    total, seqs = 60, []

    async def talk() -> None:
        for number in range(total):
            await _post(incident, people, f"{number}")
            await asyncio.sleep(random.uniform(0, 0.12))

    async def follow() -> None:
        read = 1
        while read < total + 1:
            visitor = await enter(people.commander, incident, after=read)
            for _ in range(random.randint(1, 12)):
                message = await visitor.receive()
                if message["type"] == "fact":
                    read = message["seq"]
                    seqs.append(read)
                if read == total + 1:
                    break
            await visitor.leave()

    async with asyncio.timeout(40):
        await asyncio.gather(talk(), follow())
    assert seqs == list(range(2, total + 2))


async def test_it_waits_for_a_database_that_is_away(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = await enter(people.commander, incident)
    await cara.expect("hello")
    real, failures = log.since, iter([1, 1])

    def flaky(incident_id: int, after: int, limit: int) -> list[log.Entry]:
        if next(failures, 0):
            raise OperationalError("the server closed the connection unexpectedly")
        return real(incident_id, after, limit)

    monkeypatch.setattr(log, "since", flaky)
    await _post(incident, people, "Still there")
    assert (await cara.fact("chat.posted"))["data"]["body"] == "Still there"


def test_it_keeps_frames_up_to_a_size_and_drops_what_was_edited() -> None:
    cache = FrameCache(kept_bytes=100)
    cache.keep(1, [Frame(seq=seq, text="x" * 30, shows=frozenset({seq})) for seq in range(1, 5)])
    assert [frame.seq for frame in cache.run_after(1, 1, 10)] == [2, 3, 4]
    assert cache.run_after(1, 0, 10) == []
    cache.keep(1, [Frame(seq=5, text="edit", shows=frozenset({3}))])
    assert [frame.seq for frame in cache.run_after(1, 1, 10)] == [2]
    assert [frame.seq for frame in cache.run_after(1, 3, 10)] == [4, 5]
