"""A thousand detection rules in one pass on one core, beside the bare requests that they make."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench.measures import Figure
from bench.product import PYTHON, ROOT, Product

RULES = 1000
INTERVAL = 60
SERIES = 5
_RESULT = [{"metric": {"job": f"job-{n}"}, "value": [1.0, "0.01"]} for n in range(SERIES)]
_BODY = json.dumps(
    {"status": "success", "data": {"resultType": "vector", "result": _RESULT}}
).encode()
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_BODY),
    _BODY,
)


def rules_pass(product: Product) -> list[Figure]:
    """Pinned to one core, with ten rules at once; the source and PostgreSQL run beside it."""
    with _prometheus() as url:
        environment = product.environment | {"DJANGO_SETTINGS_MODULE": "incidentsite.settings"}
        command = [PYTHON, "-W", "ignore", "-m", "bench.detection", url]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=300
        )
    told = json.loads(done.stdout.splitlines()[-1])
    took, bare = told["seconds"], told["bare"]
    return [
        Figure(
            f"{RULES:,} detection rules in one pass, one core",
            took,
            "s",
            f"the same requests alone {bare:.1f} s; {told['cpu']:.1f} s of it on the processor",
            f"< {INTERVAL} s",
            took < INTERVAL,
        )
    ]


@contextmanager
def _prometheus() -> Iterator[str]:
    """Answers every request alike, at once, on connections that stay open."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(_ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)


def main(url: str) -> None:
    """In a process of its own, which holds the lock of polls so that no worker helps."""
    os.sched_setaffinity(0, {0})
    import django  # noqa: PLC0415  needs its settings first

    django.setup()
    from incidents.models import DetectionRule, Severity, TelemetrySource  # noqa: PLC0415
    from incidents.tasks import detection  # noqa: PLC0415

    bare = _bare(url)
    with detection.alone(detection.POLLS) as alone:
        if not alone:
            raise SystemExit("A worker is polling just now. Measure again.")
        source = TelemetrySource.objects.create(name="Bench", url=url)
        severity = Severity.objects.get(code="P3")
        for number in range(RULES):
            DetectionRule.objects.create(
                name=f"Bench {number}",
                source=source,
                query="errors / requests",
                threshold=0.5,
                severity=severity,
                interval_seconds=INTERVAL,
            )
        began, cpu, total = time.monotonic(), time.process_time(), 0
        while total < RULES:
            total += detection.poll_due()
        told = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
        DetectionRule.objects.filter(source=source).delete()
        source.delete()
    print(json.dumps({**told, "bare": bare}))


def _bare(url: str) -> float:
    from incidents.kernel import outbound  # noqa: PLC0415
    from incidents.telemetry import prometheus  # noqa: PLC0415

    began = time.monotonic()
    with outbound.client() as http, ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: prometheus.query(http, url, "up"), range(RULES)))
    return time.monotonic() - began


if __name__ == "__main__":
    main(sys.argv[1])
