"""The figures. Each is measured with its baseline in the same run."""

import asyncio
import itertools
import json
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench import baselines, load
from bench.load import percentile
from bench.product import Product
from bench.sockets import acknowledge, open_socket

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `goal` and `baseline` are text: they say what they are of."""

    name: str
    value: float
    unit: str
    baseline: str = ""
    goal: str = ""
    met: bool | None = None


def accepts(product: Product, port: int, *, label: str, view_port: int) -> list[Figure]:
    """Durable accepts a second, one alert a request, beside a plain Django view with one INSERT."""
    hook = product.integration("alertmanager", f"bench {label}")["url"]
    path = "/" + hook.split("/", 3)[3]
    numbers = itertools.count()

    def alert() -> bytes:
        return load.request("POST", path, baselines.alert_body(next(numbers) % 200))

    def plain() -> bytes:
        return load.request("POST", "/accept", baselines.alert_body(1))

    figures = []
    for clients in (16, 64):
        ours = asyncio.run(load.run(port, alert, clients=clients, seconds=SECONDS))
        view = asyncio.run(load.run(view_port, plain, clients=clients, seconds=SECONDS))
        ratio = ours.rate / view.rate
        wanted = 1200 if label == "default" else 5000
        has_goal = label == "default" or clients == 64
        figures.append(
            Figure(
                f"alerts accepted durably, {label}, c={clients}",
                ours.rate,
                "/s",
                f"Django view with one INSERT {view.rate:.0f}/s, {ratio:.1f} ×"
                + (f"; {ours.refused} refused" if ours.refused else ""),
                f"≥ {wanted}/s" if has_goal else "",
                ours.rate >= wanted and not ours.refused if has_goal else None,
            )
        )
    return figures


def alert_to_browsers(product: Product, token: str, *, browsers: int, rate: float) -> list[Figure]:
    """From POSTing an alert to its incident on every browser's feed, committed in between."""
    key = product.integration("native", "bench latency")["key"]
    asyncio.run(_race(product, token, key, Traffic(browsers, rate, 20)))  # the first ones are cold
    times = asyncio.run(_race(product, token, key, Traffic(browsers, rate, 200)))
    p50, p99 = percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
    name = f"alert accepted → incident on {browsers} browsers, {rate:.0f}/s"
    return [
        Figure(f"{name}, p50", p50, "ms", "", "< 30 ms", p50 < 30),
        Figure(f"{name}, p99", p99, "ms", "", "< 100 ms", p99 < 100),
    ]


@dataclass(frozen=True, slots=True)
class Traffic:
    browsers: int
    rate: float
    alerts: int


async def _race(product: Product, token: str, key: str, traffic: Traffic) -> list[float]:
    sent: dict[str, float] = {}
    times: list[float] = []

    async def watch(socket: ClientConnection) -> None:
        seen: set[str] = set()
        async for text in socket:
            message = json.loads(text)
            await acknowledge(socket, message)
            for event in message.get("events", [message]):
                title = event.get("data", {}).get("title", "")
                if title in sent and title not in seen:
                    seen.add(title)
                    times.append(time.perf_counter() - sent[title])
            if len(seen) == traffic.alerts:
                return

    sockets = [await open_socket(product, "/ws/feed", token) for _ in range(traffic.browsers)]
    watchers = [asyncio.create_task(watch(socket)) for socket in sockets]
    await asyncio.sleep(0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
    for n in range(traffic.alerts):
        title = f"Bench latency {uuid.uuid4()}"
        event = {
            "type": "bench",
            "source": f"bench-{n}",
            "severity": "low",
            "message": title,
            "correlation_id": title,
        }
        sent[title] = time.perf_counter()
        headers = (f"Authorization: Bearer {key}", "Content-Type: application/json")
        writer.write(load.request("POST", "/api/events", json.dumps(event).encode(), *headers))
        await reader.readuntil(b"}")
        await asyncio.sleep(1 / traffic.rate)
    await asyncio.wait(watchers, timeout=20)
    for watcher in watchers:
        watcher.cancel()
    for socket in sockets:
        await socket.close()
    missing = traffic.alerts * traffic.browsers - len(times)
    if missing > 0:
        raise RuntimeError(f"{missing} notices never came")
    return times


def chat(product: Product, token: str, *, clients: int) -> Figure:
    """Ten messages a second to everybody in one room, beside the `websockets` library alone."""
    incident = product.call(
        "POST", "/api/incidents", token=token, body={"title": "Bench room", "severity": "P3"}
    )
    path = f"/ws/incidents/{incident['reference']}"

    async def ours() -> list[float]:
        sockets = [await open_socket(product, path, token) for _ in range(clients)]
        return await _fan_out(sockets, _post, lambda m: str(m.get("data", {}).get("body", "")))

    async def plain(port: int) -> list[float]:
        sockets = [await connect(f"ws://127.0.0.1:{port}") for _ in range(clients)]
        return await _fan_out(sockets, _echo, lambda m: str(m.get("body", "")))

    times = asyncio.run(ours())
    with baselines.echo_server() as port:
        base = asyncio.run(plain(port))
    p50, p99 = percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
    wanted = {50: 40, 200: 60}.get(clients, 350)
    return Figure(
        f"chat message to {clients} sockets, p99",
        p99,
        "ms",
        f"p50 {p50:.1f} ms; websockets library p99 {percentile(base, 0.99) * 1000:.1f} ms",
        f"< {wanted} ms",
        p99 < wanted,
    )


def _post(body: str) -> dict[str, Any]:
    return {"type": "post", "client_id": str(uuid.uuid4()), "body": body}


def _echo(body: str) -> dict[str, Any]:
    return {"body": body}


async def _fan_out(
    sockets: list[ClientConnection],
    make: Callable[[str], dict[str, Any]],
    body_of: Callable[[dict[str, Any]], str],
) -> list[float]:
    messages = 200
    sent: dict[str, float] = {}
    times: list[float] = []

    async def listen(socket: ClientConnection) -> None:
        seen = 0
        async for text in socket:
            message = json.loads(text)
            await acknowledge(socket, message)
            began = sent.get(body_of(message))
            if began is not None:
                times.append(time.perf_counter() - began)
                seen += 1
                if seen == messages:
                    return

    listeners = [asyncio.create_task(listen(socket)) for socket in sockets]
    await asyncio.sleep(0.5)
    for n in range(messages):
        body = f"bench {n} {uuid.uuid4()}"
        sent[body] = time.perf_counter()
        await sockets[n % len(sockets)].send(json.dumps(make(body)))
        await asyncio.sleep(0.1)
    await asyncio.wait(listeners, timeout=30)
    for listener in listeners:
        listener.cancel()
    for socket in sockets:
        await socket.close()
    if len(times) < messages * len(sockets):
        raise RuntimeError(f"{messages * len(sockets) - len(times)} messages never came")
    return times


def pdf(product: Product, token: str, scratch: Path) -> Figure:
    """A typical post-mortem, the worker warm, beside WeasyPrint alone on the same HTML."""
    incident = product.call(
        "POST", "/api/incidents", token=token, body={"title": "Bench outage", "severity": "P1"}
    )
    reference = incident["reference"]
    for n in range(40):
        body = {"body": f"Line {n} of what was said in the room"}
        product.call("POST", f"/api/incidents/{reference}/messages", token=token, body=body)
    for verb in ("acknowledge", "investigate", "identify", "mitigate", "resolve"):
        product.call("POST", f"/api/incidents/{reference}/{verb}", token=token, body={})
    times = []
    for _ in range(3):
        made = product.call("POST", f"/api/incidents/{reference}/postmortem", token=token, body={})
        began = time.perf_counter()
        document = product.call("GET", f"/api/postmortems/{made['id']}/pdf", token=token)
        times.append(time.perf_counter() - began)
        touch = {"title": f"Look at it again {uuid.uuid4().hex[:6]}", "incident": reference}
        product.call("POST", "/api/action-items", token=token, body=touch)
    html = product.call("GET", f"/api/postmortems/{made['id']}/html", token=token)
    (scratch / "bench.pdf").write_bytes(document)
    base = _weasyprint(html)
    best = statistics.median(times)
    told = f"WeasyPrint alone on the exported HTML {base:.2f} s; first {times[0]:.2f} s"
    return Figure("PDF of a typical post-mortem", best, "s", told, "< 2 s", best < 2)


def _weasyprint(html: bytes) -> float:
    import weasyprint  # noqa: PLC0415  two seconds that the other measures need not wait

    times = []
    for _ in range(2):
        began = time.perf_counter()
        weasyprint.HTML(string=html.decode()).write_pdf(pdf_variant="pdf/ua-1")
        times.append(time.perf_counter() - began)
    return min(times)
