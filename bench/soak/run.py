"""Plays a plan against a running product."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bench.lag import Lag
from bench.product import Product
from bench.soak.client import Client, Room, body_of
from bench.soak.ledger import Ledger
from bench.soak.plan import Plan
from bench.soak.silent import Closings, Silent
from bench.soak.verdict import Seen, facts_of
from bench.soak.watch import Life, kill_web, write_down_memory
from bench.sockets import sign_in

# What a latecomer reads: more than the web process keeps in its cache, which is full from then on.
HISTORY = 8_000


def play(product: Product, plan: Plan, token: str) -> Seen:
    return asyncio.run(Soak(product, plan, token).run())


class Soak:
    def __init__(self, product: Product, plan: Plan, token: str) -> None:
        body = {"title": "Soak", "severity": "P3"}
        made = product.call("POST", "/api/incidents", token=token, body=body)
        self._product, self._plan = product, plan
        self._chance = random.Random(plan.seed)
        self._ledger = Ledger()
        self._room = Room(product, made["reference"], made["id"], self._ledger)
        self._closings = Closings()
        *sessions, self._spare = sign_in(product, plan.clients + 1)
        readers = plan.clients - plan.silent
        self._readers = [self._client(session) for session in sessions[:readers]]
        self._silent = [Silent(self._room, s, self._closings) for s in sessions[readers:]]
        self._latecomers: list[Client] = []
        self._lives: list[Life] = []
        self._returns: list[float | None] = []
        self._unsettled: list[str] = []
        self._reached = 0

    def _client(self, session: str, *, after: int = 0) -> Client:
        return Client(self._room, session, self._chance, after=after)

    async def run(self) -> Seen:
        restless = self._readers[: round(self._plan.reconnecting * self._plan.clients)]
        async with (
            Lag() as lag,
            _going_on(
                *(client.stay() for client in self._readers),
                *(silent.stay() for silent in self._silent),
                *(client.break_off() for client in restless),
                self._each_second(),
                write_down_memory(self._product, self._lives),
            ),
        ):
            await self._until("not everybody came", self._all_are_here)
            async with _going_on(self._talk()):
                await self._kill_now_and_then()
            facts = await self._settle()
        return Seen(
            plan=self._plan,
            ledger=self._ledger,
            facts=facts,
            clients=self._readers,
            latecomers=self._latecomers,
            closings=self._closings,
            lives=self._lives,
            returns=self._returns,
            lag=lag,
            reached=self._reached,
            unsettled=self._unsettled,
        )

    def _all_are_here(self) -> bool:
        return all(client.opened_at for client in self._readers)

    async def _talk(self) -> None:
        """Somebody says something, at a steady rate, whether or not that one is connected."""
        due = time.perf_counter()
        while True:
            due += 1 / self._plan.rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            await self._chance.choice(self._readers).say(body_of(uuid.uuid4()))

    async def _each_second(self) -> None:
        while True:
            await asyncio.sleep(1)
            for client in [*self._readers, *self._latecomers]:
                await client.acknowledge()
                await client.insist()

    async def _kill_now_and_then(self) -> None:
        began = time.perf_counter()
        end = began + self._plan.minutes * 60
        for number in range(1, self._plan.kills + 1):
            await _sleep_until(began + number * self._plan.kill_every * 60)
            self._say(f"killing the web process, {number} of {self._plan.kills}")
            back = await kill_web(self._product, self._readers, self._plan.seconds_to_be_back)
            self._returns.append(back)
            await self._let_one_come_late()
        await _sleep_until(max(end, time.perf_counter() + self._plan.steady * 60))

    async def _let_one_come_late(self) -> None:
        after = max(0, self._ledger.last_seq - HISTORY)
        latecomer = self._client(self._spare, after=after)
        self._latecomers.append(latecomer)
        async with _going_on(latecomer.stay()):
            await self._until(
                "somebody who came late did not catch up",
                lambda: latecomer.cursor >= self._ledger.last_seq,
            )

    async def _settle(self) -> Mapping[int, str]:
        """Wait until everything is answered and read; returns the facts that there are then."""

        def is_answered() -> bool:
            return not any(client.is_waiting for client in self._readers)

        def has_come() -> bool:
            return all(client.cursor >= last for client in self._readers)

        await self._until("messages were never answered", is_answered)
        self._reached = max([self._ledger.last_seq, *self._ledger.accepted.values()])
        facts = await asyncio.to_thread(facts_of, self._product, self._room.number)
        last = max(facts)
        await self._until("somebody never read the last facts", has_come)
        await asyncio.sleep(1)  # for what might come twice
        return facts

    async def _until(self, complaint: str, holds: Callable[[], bool]) -> None:
        deadline = time.perf_counter() + self._plan.patience
        while not holds():
            if time.perf_counter() > deadline:
                self._unsettled.append(complaint)
                return
            await asyncio.sleep(0.05)

    def _say(self, text: str) -> None:
        size = self._lives[-1].sizes[-1] if self._lives else 0
        print(f"{len(self._ledger.sent)} sent, web {size:.0f} MB: {text}", flush=True)


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0, moment - time.perf_counter()))


@asynccontextmanager
async def _going_on(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """All of these go on beside what is within; what breaks one of them breaks the whole."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        broken = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in broken:
        task.result()
