"""A thousand people in one room: what is said there comes to everybody, and nobody falls out."""

import asyncio
import contextlib
import json
import time
import uuid
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from bench import baselines
from bench.lag import Lag
from bench.load import percentile
from bench.measures import Figure
from bench.product import Product
from bench.soak.watch import resident
from bench.sockets import ACKNOWLEDGE_EVERY, open_as, read_frame, sign_in
from incidentsite.processes import raise_file_limit

PEOPLE = 1_000
MESSAGES = 60
RATE = 2.0
# So many knock at once: a crowd that is let in one by one would take minutes to come.
AT_ONCE = 50
GOAL = 350


@dataclass
class _Hall:
    """What the crowd has heard of what was said."""

    sent: dict[str, float] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    fallen: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, body: str) -> None:
        began = self.sent.get(body)
        if began is not None:
            self.times.append(time.perf_counter() - began)
            if len(self.times) == MESSAGES * PEOPLE:
                self.complete.set()


def crowd(product: Product, token: str) -> list[Figure]:
    raise_file_limit()
    body = {"title": "Bench crowd", "severity": "P3"}
    incident = product.call("POST", "/api/incidents", token=token, body=body)
    sessions = sign_in(product, PEOPLE)
    path = f"/ws/incidents/{incident['reference']}"
    figures = asyncio.run(_in_room(product, path, list(sessions)))
    with baselines.echo_server() as port:
        base, late = asyncio.run(_in_echo(port))
    p50, p99 = percentile(base, 0.5) * 1000, percentile(base, 0.99) * 1000
    told = f"`websockets` library alone, the same clients; p50 {p50:.0f} ms; {late}"
    return [*figures, Figure(f"its baseline: message to {PEOPLE:,} sockets, p99", p99, "ms", told)]


async def _in_room(product: Product, path: str, sessions: list[str]) -> list[Figure]:
    pid = product.pids()["web"]
    empty = resident(pid)
    hall = _Hall()
    began = time.perf_counter()
    sockets = await _open_all(product, path, sessions)
    came = time.perf_counter() - began
    async with Lag() as lag:
        await _play(hall, sockets)
        full = resident(pid)
    lost = MESSAGES * PEOPLE - len(hall.times)
    return [*_delivery(hall, lost, lag), *_cost(came, full - empty, full)]


def _delivery(hall: _Hall, lost: int, lag: Lag) -> list[Figure]:
    p50, p99 = percentile(hall.times, 0.5) * 1000, percentile(hall.times, 0.99) * 1000
    name = f"chat message to {PEOPLE:,} people, {RATE:g}/s"
    fell = f"{hall.fallen} connections lost, {lost} messages that did not come"
    return [
        Figure(f"{name}, p50", p50, "ms", str(lag)),
        Figure(f"{name}, p99", p99, "ms", "", f"< {GOAL} ms", p99 < GOAL),
        Figure(f"{name}, lost", lost + hall.fallen, "", fell, "0", not lost and not hall.fallen),
    ]


def _cost(came: float, grown: float, full: float) -> list[Figure]:
    each = grown * 1024 / PEOPLE
    return [
        Figure(f"{PEOPLE:,} people come into one room", came, "s"),
        Figure("memory of the web process with all of them", full, "MB", f"{each:.0f} KB each"),
    ]


async def _open_all(product: Product, path: str, sessions: list[str]) -> list[ClientConnection]:
    door = asyncio.Semaphore(AT_ONCE)

    async def come(session: str) -> ClientConnection:
        async with door:
            socket = await open_as(product, path, session)
            await socket.recv()  # hello: they are in
            return socket

    return list(await asyncio.gather(*(come(session) for session in sessions)))


async def _in_echo(port: int) -> tuple[list[float], Lag]:
    sockets = [await connect(f"ws://127.0.0.1:{port}") for _ in range(PEOPLE)]
    hall = _Hall()
    async with Lag() as lag:
        await _play(hall, sockets)
    return hall.times, lag


async def _play(hall: _Hall, sockets: list[ClientConnection]) -> None:
    listeners = [asyncio.create_task(_listen(hall, socket)) for socket in sockets]
    await asyncio.sleep(3)  # the last ones are being shown to the first
    for n in range(MESSAGES):
        body = str(uuid.uuid4())
        hall.sent[body] = time.perf_counter()
        told = {"type": "post", "client_id": body, "body": body, "data": {"body": body}}
        await sockets[n * 7 % len(sockets)].send(json.dumps(told))
        await asyncio.sleep(1 / RATE)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(20):
            await hall.complete.wait()
    hall.fallen = sum(listener.done() for listener in listeners)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))


async def _listen(hall: _Hall, socket: ClientConnection) -> None:
    acknowledged = 0
    async for text in socket:
        frame = read_frame(text)
        hall.hear(frame.body)
        if frame.type == "fact" and frame.seq - acknowledged >= ACKNOWLEDGE_EVERY:
            acknowledged = frame.seq
            await socket.send(json.dumps({"type": "ack", "seq": frame.seq}))
