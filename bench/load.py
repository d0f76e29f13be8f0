"""A small HTTP/1.1 load generator: keep-alive connections, one request at a time on each."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second with a 2xx or 3xx status, and how many had another."""

    rate: float
    refused: int
    p50_ms: float
    p99_ms: float


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def request(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += headers
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        length = int(lower[at + 15 : lower.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lower:
        while (size := int(await reader.readline(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


async def _connection(port: int, make: Callable[[], bytes], until: float, seen: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    refused = 0
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(make())
        status = await answer(reader)
        if 200 <= status < 400:
            seen.append(time.perf_counter() - started)
        else:
            refused += 1
    writer.close()
    return refused


async def run(port: int, make: Callable[[], bytes], *, clients: int, seconds: float) -> Load:
    """Send what `make` makes from `clients` connections for `seconds`."""
    seen: list[float] = []
    began = time.perf_counter()
    jobs = [_connection(port, make, began + seconds, seen) for _ in range(clients)]
    refused = sum(await asyncio.gather(*jobs))
    took = time.perf_counter() - began
    return Load(
        len(seen) / took, refused, percentile(seen, 0.5) * 1000, percentile(seen, 0.99) * 1000
    )
