"""What people do in one room, one thing after the other, and short ones together.

Each takes the row lock of the incident. Side by side they would only hold threads, which those who
read wait for, and each would wait for the disk by itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError, transaction

from warroom.realtime.workers import workers

# In one transaction: more would let the first ones wait for the last.
MOST_TOGETHER: Final = 16

Work = Callable[[], Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    work: Work
    joins: bool
    answer: asyncio.Future[Any]


class Turns:
    """The queue of one room in one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[_Turn] = deque()
        self._task: asyncio.Task[None] | None = None

    async def take(self, work: Work, *, joins: bool) -> Any:
        """What `work` returns or raises, run in a worker when its turn comes.

        Whatever `joins` shares a transaction with its neighbours; when one of them raises, the
        others are done all the same. If the transaction fails, each raises its DatabaseError.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Turn(work, joins, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        async with workers.open():
            while self._waiting:
                turns = self._next()
                answers = await workers.run(_done, [turn.work for turn in turns])
                for turn, answer in zip(turns, answers, strict=True):
                    _tell(turn.answer, answer)

    def _next(self) -> list[_Turn]:
        turns = [self._waiting.popleft()]
        while (
            turns[0].joins
            and len(turns) < MOST_TOGETHER
            and self._waiting
            and self._waiting[0].joins
        ):
            turns.append(self._waiting.popleft())
        return turns


def _tell(future: asyncio.Future[Any], answer: Any) -> None:
    if future.done():
        return  # who asked has gone; it is done all the same
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _done(works: Sequence[Work]) -> list[Any]:
    """What each returned, or the exception that it raised."""
    if len(works) == 1:
        return [_tried(works[0])]
    try:
        with transaction.atomic():
            # Each is undone by itself where it fails.
            return [_tried(transaction.atomic(work)) for work in works]
    except DatabaseError as error:
        return [error] * len(works)


def _tried(work: Work) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001  told to whoever asked for it
        return error
