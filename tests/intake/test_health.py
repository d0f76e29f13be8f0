"""Probes and figures for whoever watches the watcher."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.db import OperationalError

from incidents.door.health import Health
from incidents.kernel import clock
from incidents.models import EngineBeat, Incident
from incidents.selectors import health as figures
from tests.intake.conftest import Visitor


def test_it_is_alive_and_ready(visitor: Visitor) -> None:
    assert visitor.get("/healthz").json() == {"status": "ok"}
    answer = visitor.get("/readyz")
    checks = {"database": "ok", "migrations": "ok", "disk": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": checks})


def test_it_is_alive_but_not_ready_without_the_database(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> list[str]:
        raise OperationalError

    monkeypatch.setattr(figures, "missing_migrations", away)
    assert visitor.get("/healthz").status_code == 200
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "does not answer")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("missing_migrations", lambda: ["incidents.0099_more"], "1 not applied"),
        ("free_share", lambda: 0.01, "only 1.0% free"),
    ],
)
def test_it_says_why_it_is_not_ready(
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Callable[[], object],
    words: str,
) -> None:
    monkeypatch.setattr(figures, name, value)
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert words in answer.text


def test_it_counts_without_private_incidents(
    visitor: Visitor, declare: Callable[..., Incident]
) -> None:
    declare(severity="P0")
    declare(severity="P0", private=True)
    visitor.alert()
    EngineBeat.objects.create(module="intake", beat_at=clock.now())
    lines = visitor.get("/metrics").text.splitlines()
    assert 'incidents_open{severity="P0"} 1.0' in lines
    assert 'incidents_open{severity="P3"} 0.0' in lines
    assert "incidents_signals_waiting 1.0" in lines
    assert any(
        line.startswith('incidents_engine_beat_age_seconds{module="intake"}') for line in lines
    )


def test_probes_ask_the_database_at_most_once_a_second(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted() -> list[str]:
        asked.append("migrations")
        return []

    app: Any = Health()

    async def probe_thrice() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            for _ in range(3):
                await http.get("/readyz")

    monkeypatch.setattr(figures, "missing_migrations", counted)
    asyncio.run(probe_thrice())
    assert len(asked) == 1
