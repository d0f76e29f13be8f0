"""Is the process alive, may it be sent traffic, and what does it see: for probes and Prometheus.

These bypass Django's request path, so that a probe by address needs no allowed host and a busy
console does not look dead. `/metrics` counts; it names nothing and leaves private incidents out.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Final, TypeVar

from django.db import Error, connections
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from incidents.door.wire import JSON, Receive, Scope, Send, answer_bytes
from incidents.kernel import payload
from incidents.selectors import health as figures

logger = logging.getLogger(__name__)
T = TypeVar("T")

SECONDS_TO_ANSWER: Final = 3.0
# Probes are anonymous: however many come, the database is asked this often.
SECONDS_KEPT: Final = 1.0
_TEXT: Final = CONTENT_TYPE_LATEST.encode()
Reply = tuple[int, bytes, bytes]


class _Collected(Collector):
    """Reads the rows when it is scraped: workers and web processes share no counters."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        seen = figures.gauges()
        yield _by("incidents_open", "Open incidents.", "severity", seen.open_incidents)
        yield _one("incidents_alerts_open", "Alerts firing or acknowledged.", seen.open_alerts)
        yield _one("incidents_signals_waiting", "Messages not folded yet.", seen.signals_waiting)
        text = "Age of the oldest message not folded yet."
        yield _one("incidents_signals_oldest_seconds", text, seen.oldest_waiting or 0.0)
        states = {"waiting": seen.deliveries_waiting, "parked": seen.deliveries_parked}
        yield _by("incidents_deliveries", "Subscribers still to be told.", "state", states)
        text = "Since each module of the engine last passed."
        yield _by("incidents_engine_beat_age_seconds", text, "module", seen.engine_beats)
        yield _one("incidents_detection_rules", "Detection rules enabled.", seen.rules_enabled)
        if seen.last_rule_run is not None:
            text = "Since a detection rule was last judged."
            yield _one("incidents_detection_last_run_age_seconds", text, seen.last_rule_run)


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: Any) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _metrics() -> Reply:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected())
    return 200, _TEXT, generate_latest(registry)


def _ready() -> Reply:
    missing = figures.missing_migrations()
    free = figures.free_share()
    checks = {
        "database": "ok",
        "migrations": f"{len(missing)} not applied; run `manage.py migrate`" if missing else "ok",
        "disk": "ok" if free >= figures.LEAST_FREE else f"only {free:.1%} free",
    }
    return _verdict(checks)


def _verdict(checks: dict[str, str]) -> Reply:
    ready = all(text == "ok" for text in checks.values())
    document = {"status": "ready" if ready else "not ready", "checks": checks}
    return 200 if ready else 503, JSON, payload.write(document)


_AWAY: Final = _verdict({"database": "does not answer"})
_BROKEN: Final = _verdict({"probe": "failed; the log says why"})


def _alone(read: Callable[[], T]) -> T:
    """Run `read` with a connection of its own, which does not stay open between probes."""
    try:
        return read()
    finally:
        connections.close_all()


class Health:
    """A door as `incidentsite.dispatch` wants it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._kept: dict[str, tuple[float, Reply]] = {}

    def serves(self, scope: Scope) -> bool:
        return scope["path"] in _PATHS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if scope["method"] not in {"GET", "HEAD"}:
            await answer_bytes(send, 405, b"", content_type=JSON, headers={"Allow": "GET, HEAD"})
            return
        status, content_type, body = await self._reply(scope["path"])
        body = b"" if scope["method"] == "HEAD" else body
        await answer_bytes(send, status, body, content_type=content_type)

    async def _reply(self, path: str) -> Reply:
        read = _PATHS[path]
        if read is None:
            return 200, JSON, b'{"status":"ok"}'
        at, reply = self._kept.get(path, (0.0, _AWAY))
        if monotonic() - at < SECONDS_KEPT:
            return reply
        reply = await self._asked(read)
        self._kept[path] = (monotonic(), reply)
        return reply

    async def _asked(self, read: Callable[[], Reply]) -> Reply:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await loop.run_in_executor(self._thread, _alone, read)
        except (Error, TimeoutError) as error:
            logger.warning("A probe got no answer from the database: %s", type(error).__name__)
            return _AWAY
        except Exception:
            logger.exception("A probe failed")
            return _BROKEN


_PATHS: Final[dict[str, Callable[[], Reply] | None]] = {
    "/healthz": None,
    "/readyz": _ready,
    "/metrics": _metrics,
}
health = Health()
