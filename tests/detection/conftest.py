"""A source on loopback whose answer the test sets, and rules that ask it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from incidents.models import DetectionRule, Service, Severity, TelemetrySource
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.detection.writing import save_rule
from tests.detection.servers import Asked, Reply, Server, serving, vector


@dataclass
class Telemetry:
    """Answers every query with `now`, or with what `tell` says; `status` other than 200 fails."""

    server: Server
    source: TelemetrySource | None = None
    now: list[tuple[dict[str, str], float]] = field(default_factory=list)
    status: int = 200
    tell: Callable[[Asked], Reply] | None = None

    def answer(self, asked: Asked) -> Reply:
        if self.status != 200:
            return self.status, b"no"
        return self.tell(asked) if self.tell else (200, vector(*self.now))


@pytest.fixture
def telemetry(db: None) -> Iterator[Telemetry]:
    with serving(lambda _: (200, b"")) as server:
        found = Telemetry(server)
        server.answer = found.answer
        found.source = TelemetrySource.objects.create(name="Prometheus", url=server.url)
        yield found


MakeRule = Callable[..., DetectionRule]


@pytest.fixture
def make_rule(telemetry: Telemetry, severities: dict[str, Severity], service: Service) -> MakeRule:
    """A rule as the verb makes it: `make_rule("rate", settings={…})`."""

    def make(kind: str = "threshold", *, severity: str = "P1", **changes: Any) -> DetectionRule:
        given = {
            "name": f"A rule of kind {kind}",
            "source": telemetry.source,
            "query": "errors",
            "service": service,
            **changes,
        }
        return save_rule(DetectionRule(kind=kind, severity=severities[severity]), given)

    return make


@pytest.fixture
def fold() -> Callable[[], None]:
    def run() -> None:
        while intake.fold_batch(adapters.read):
            pass

    return run
