"""How late a measuring program itself is: it shares the machine with what it measures."""

import asyncio
import time
from types import TracebackType
from typing import Self

from bench.load import percentile

STEP = 0.02


class Lag:
    """`async with Lag() as lag:`; whatever is timed in there may be that much too long."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self._began = self._used = 0.0
        self.core = 0.0

    async def __aenter__(self) -> Self:
        self._began, self._used = time.perf_counter(), time.process_time()
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        self.core = (time.process_time() - self._used) / (time.perf_counter() - self._began)

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(STEP)
            self._late.append(time.perf_counter() - began - STEP)

    def ms(self, share: float) -> float:
        return percentile(self._late, share) * 1000

    def __str__(self) -> str:
        p50, p99, worst = self.ms(0.5), self.ms(0.99), self.ms(1)
        return (
            f"client late by p50 {p50:.1f}, p99 {p99:.1f}, at most {worst:.0f} ms; "
            f"it used {self.core:.0%} of a core"
        )
