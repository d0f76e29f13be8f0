"""Around the room: the web process is killed and comes back, and its memory is written down."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import linear_regression

from bench.product import Product, kilobytes
from bench.soak.client import Client
from bench.soak.plan import Plan

SAMPLE_EVERY = 2.0


def resident(pid: int) -> float:
    """MB that a process holds; zero when it has gone."""
    return kilobytes(pid, "status", "VmRSS") / 1024


@dataclass
class Life:
    """One life of the web process: how old it was, and how large in MB."""

    pid: int
    ages: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def growth(self, plan: Plan) -> float | None:
        """MB a minute since it was warm; None for a life that was too short to tell."""
        warm = [(age, size) for age, size in self._samples if age >= plan.warm_up]
        if not warm or warm[-1][0] - warm[0][0] < plan.least_seconds:
            return None
        ages, sizes = zip(*warm, strict=True)
        return linear_regression(ages, sizes).slope * 60

    @property
    def _samples(self) -> list[tuple[float, float]]:
        return list(zip(self.ages, self.sizes, strict=True))


async def write_down_memory(product: Product, lives: list[Life]) -> None:
    began = 0.0
    while True:
        pid = product.pids().get("web", 0)
        size = resident(pid)
        if size and (not lives or lives[-1].pid != pid):
            lives.append(Life(pid))
            began = time.monotonic()
        if size:
            lives[-1].ages.append(time.monotonic() - began)
            lives[-1].sizes.append(size)
        await asyncio.sleep(SAMPLE_EVERY)


async def kill_web(product: Product, clients: Sequence[Client], patience: float) -> float | None:
    """kill -9; returns after how many seconds everybody was back, None if somebody was not."""
    before = product.pids()["web"]
    killed_at = time.perf_counter()
    os.kill(before, signal.SIGKILL)
    deadline = killed_at + patience
    while time.perf_counter() < deadline:
        if all(client.opened_at > killed_at for client in clients):
            return time.perf_counter() - killed_at
        await asyncio.sleep(0.05)
    return None
