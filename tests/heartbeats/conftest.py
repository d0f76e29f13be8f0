"""Heartbeats as the verbs make them, pings as the door writes them, and the engine's turn."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from incidents.door.pings import Pings
from incidents.kernel import clock
from incidents.models import Alert, Heartbeat, HeartbeatPing, Service, Severity
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.heartbeats import writing
from incidents.sources.heartbeats.watch import Watch
from incidentsite.dispatch import Dispatcher, not_served_here
from tests.conftest import FrozenClock

MakeHeartbeat = Callable[..., Heartbeat]


@pytest.fixture
def make_heartbeat(severities: dict[str, Severity], service: Service) -> MakeHeartbeat:
    """`make_heartbeat(cron="0 2 * * *")`; otherwise every 10 minutes with 1 minute of grace."""

    def make(name: str = "Nightly backup", *, severity: str = "P1", **more: Any) -> Heartbeat:
        given: dict[str, Any] = {"interval_seconds": 600, "grace_seconds": 60, "service": service}
        if "cron" in more:
            given["schedule"] = "cron"
        return writing.create({"name": name, "severity": severities[severity], **given, **more})

    return make


@dataclass
class Job:
    """One heartbeat under a clock that stands still until it is told to move."""

    slug: str
    clock: FrozenClock
    watch: Watch

    def ping(self, kind: str = "success", *, code: int | None = None, body: str = "") -> Heartbeat:
        HeartbeatPing.objects.create(
            heartbeat=self.row,
            delivery_id=uuid.uuid4(),
            kind=kind,
            exit_code=code,
            method="GET",
            body=body,
            received_at=clock.now(),
        )
        return self.turn()

    def turn(self) -> Heartbeat:
        while self.watch.work():
            pass
        while intake.fold_batch(adapters.read):
            pass
        return self.row

    def after(self, **delta: float) -> Heartbeat:
        """Second by second would take long: the engine turns every nine of them."""
        until = self.clock.at + timedelta(**delta)
        while self.clock.at < until:
            left = (until - self.clock.at).total_seconds()
            self.clock.fast_forward(seconds=min(9, left))
            self.turn()
        return self.row

    def away(self, **delta: float) -> Heartbeat:
        """The whole product stands still, and is started again."""
        self.clock.fast_forward(**delta)
        self.watch = Watch()
        return self.turn()

    @property
    def row(self) -> Heartbeat:
        return Heartbeat.objects.get(slug=self.slug)

    @property
    def state(self) -> str:
        return str(self.row.shown_state(clock.now()))

    @property
    def alert(self) -> Alert | None:
        return Alert.objects.filter(integration__kind="heartbeat").order_by("pk").last()

    @property
    def is_told(self) -> bool:
        return self.alert is not None and self.alert.is_open


MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(frozen: FrozenClock, make_heartbeat: MakeHeartbeat) -> MakeJob:
    def make(**given: Any) -> Job:
        return Job(make_heartbeat(**given).slug, frozen, Watch())

    return make


Ask = tuple[str, str, bytes]


@dataclass
class Caller:
    """Pings through the door, one after the other."""

    door: Pings

    def ping(self, path: str, body: bytes = b"", *, method: str = "GET") -> httpx.Response:
        return self.ping_all([(method, path, body)])[0]

    def ping_all(self, asked: list[Ask]) -> list[httpx.Response]:
        return asyncio.run(self._ask(asked))

    async def _ask(self, asked: list[Ask]) -> list[httpx.Response]:
        app: Any = Dispatcher(doors=(self.door,), rest=not_served_here)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            try:
                return [await http.request(how, path, content=body) for how, path, body in asked]
            finally:
                await self.door.close()


@pytest.fixture
def caller() -> Caller:
    return Caller(Pings())
