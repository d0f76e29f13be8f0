"""A storm: one sender with 10,000 alerts of one cause, beside twenty that have little to say."""

import asyncio
import json
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

from bench import load
from bench.load import percentile
from bench.measures import Figure
from bench.product import Product
from bench.sockets import acknowledge, open_socket

ALERTS = 10_000
CONNECTIONS = 32
QUIET = 20
PAUSE = 0.5


@dataclass
class _Quiet:
    """What the quiet senders see: how long until they are answered, and until people know."""

    sent: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)


def storm(product: Product, token: str) -> list[Figure]:
    noisy = product.integration("native", "bench storm")["key"]
    quiet = [product.integration("native", f"bench quiet {n}")["key"] for n in range(QUIET)]
    seen = _Quiet()
    took = asyncio.run(_play(product, token, noisy, quiet, seen))
    lost = len(seen.sent) - len(seen.known)
    figures = _opened(product)
    for name, times in (("answered", seen.answered), ("on a browser", seen.known)):
        p50, p99 = percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
        told = f"p50 {p50:.0f} ms; {len(times)} alerts of {QUIET} senders" + (
            f"; {lost} NEVER SEEN" if lost else ""
        )
        met = p99 < 500 and not lost
        figures.append(
            Figure(f"storm: quiet senders, until {name}, p99", p99, "ms", told, "< 500 ms", met)
        )
    rate = ALERTS / took
    figures.append(Figure(f"storm: {ALERTS:,} alerts taken in and folded", rate, "/s"))
    return figures


def _opened(product: Product) -> list[Figure]:
    """How many incidents the storm opened and how many of its alerts there are."""
    code = (
        "from incidents.models import Alert, Incident, Signal;"
        "noisy = Alert.objects.filter(integration__name='bench storm');"
        "print(noisy.values('incident').distinct().count(), noisy.count(),"
        " Signal.objects.filter(integration__name='bench storm', state='folded').count())"
    )
    incidents, alerts, signals = product.manage("shell", "-v", "0", "-c", code).split()[-3:]
    told = f"{int(alerts):,} alerts, {int(signals):,} messages kept"
    met = (int(incidents), int(alerts), int(signals)) == (1, ALERTS, ALERTS)
    name = f"storm: incidents of {ALERTS:,} alerts of one cause"
    return [Figure(name, int(incidents), "", told, "1", met)]


async def _play(product: Product, token: str, noisy: str, quiet: list[str], seen: _Quiet) -> float:
    async with await open_socket(product, "/ws/feed", token) as socket:
        watcher = asyncio.create_task(_watch(socket, seen))
        over = asyncio.Event()
        talkers = [asyncio.create_task(_talk(product.port, key, over, seen)) for key in quiet]
        await asyncio.sleep(2)
        began = time.perf_counter()
        numbers = iter(range(ALERTS))
        await asyncio.gather(*(_shout(product.port, noisy, numbers) for _ in range(CONNECTIONS)))
        await asyncio.to_thread(_until_folded, product)
        took = time.perf_counter() - began
        over.set()
        await asyncio.gather(*talkers)
        await asyncio.sleep(3)
        watcher.cancel()
    return took


def _until_folded(product: Product) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with urllib.request.urlopen(product.url("/metrics"), timeout=10) as answer:
            figures = answer.read().decode()
        if "\nincidents_signals_waiting 0" in figures:
            return
        time.sleep(0.2)
    raise RuntimeError("the storm was not folded within two minutes")


def _event(key: str, event: dict[str, Any]) -> bytes:
    headers = (f"Authorization: Bearer {key}", "Content-Type: application/json")
    return load.request("POST", "/api/events", json.dumps(event).encode(), *headers)


async def _shout(port: int, key: str, numbers: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n in numbers:
        event = {"type": "InstanceDown", "source": f"node-{n}", "message": "An instance is down"}
        status = 0
        while status != 202:
            writer.write(_event(key, event))
            status = await load.answer(reader)
    writer.close()


async def _talk(port: int, key: str, over: asyncio.Event, seen: _Quiet) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not over.is_set():
        title = f"Quiet {uuid.uuid4()}"
        event = {"type": "quiet", "source": title, "message": title, "severity": "low"}
        seen.sent[title] = started = time.perf_counter()
        writer.write(_event(key, event))
        await load.answer(reader)
        seen.answered.append(time.perf_counter() - started)
        await asyncio.sleep(PAUSE)
    writer.close()


async def _watch(socket: Any, seen: _Quiet) -> None:
    told: set[str] = set()
    async for text in socket:
        message = json.loads(text)
        await acknowledge(socket, message)
        for event in message.get("events", [message]):
            title = event.get("data", {}).get("title", "")
            if title in seen.sent and title not in told:
                told.add(title)
                seen.known.append(time.perf_counter() - seen.sent[title])
