"""Turns in a room: in order, short ones together, and nobody's failure is another's."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.kernel.errors import Invalid
from incidents.models import Team
from warroom.realtime import turns as module
from warroom.realtime.turns import Turns
from warroom.realtime.workers import workers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def turns() -> AsyncIterator[Turns]:
    async with workers.open():
        yield Turns()


def _make(name: str) -> int:
    """A team; returns which transaction made it."""
    Team.objects.create(name=name, slug=name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
        return int(cursor.fetchone()[0])


def _refuse() -> None:
    Team.objects.create(name="half", slug="half")
    raise Invalid("No.")


async def _behind(turns: Turns, *asked: Any) -> list[Any]:
    """What comes of these, which all wait behind one that is being done."""
    free = threading.Event()
    first = asyncio.ensure_future(turns.take(partial(free.wait, 5), joins=True))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(turns.take(work, joins=joins)) for work, joins in asked]
    await asyncio.sleep(0)
    free.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


def _names() -> list[str]:
    return list(Team.objects.order_by("pk").values_list("name", flat=True))


async def test_those_that_wait_and_join_share_a_transaction(turns: Turns) -> None:
    a, b, c, d = await _behind(
        turns,
        *((partial(_make, name), name != "c") for name in "abcd"),
    )
    assert a == b
    assert len({b, c, d}) == 3
    assert await workers.run(_names) == ["a", "b", "c", "d"]


async def test_a_refusal_undoes_itself_and_nothing_else(turns: Turns) -> None:
    answers = await _behind(
        turns, (partial(_make, "a"), True), (_refuse, True), (partial(_make, "b"), True)
    )
    assert isinstance(answers[1], Invalid)
    assert answers[0] == answers[2]
    assert await workers.run(_names) == ["a", "b"]


async def test_when_they_cannot_be_kept_each_is_told(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_at_the_end(work: Callable[[], Any]) -> Any:
        transaction.get_connection().needs_rollback = False
        raise DatabaseError("the server went away")

    monkeypatch.setattr(module, "_tried", fail_at_the_end)
    answers = await _behind_one(turns)
    assert all(isinstance(answer, DatabaseError) for answer in answers)
    assert await workers.run(_names) == []


async def _behind_one(turns: Turns) -> list[Any]:
    asked = [asyncio.ensure_future(turns.take(partial(_make, n), joins=True)) for n in "ab"]
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_who_goes_before_the_answer_has_done_it_all_the_same(turns: Turns) -> None:
    gone = asyncio.ensure_future(turns.take(partial(_make, "a"), joins=True))
    await asyncio.sleep(0)
    gone.cancel()
    await turns.take(partial(_make, "b"), joins=True)
    assert await workers.run(_names) == ["a", "b"]
