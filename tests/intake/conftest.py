"""A door to knock at, with keys for each protocol."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from incidents.door.asgi import Intake
from incidents.door.health import Health
from incidents.kernel import tokens
from incidents.models import Integration, Severity
from incidents.pipeline import intake
from incidents.sources import adapters
from incidentsite.dispatch import Dispatcher, not_served_here

Request = tuple[str, Any, dict[str, str]]


@dataclass
class Visitor:
    """Sends requests through the door; those of one call are under way at the same time."""

    keys: dict[str, str]

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.send([("POST", path, body, headers)])[0]

    def post_all(self, requests: Sequence[Request]) -> list[httpx.Response]:
        return self.send([("POST", *request) for request in requests])

    def get(self, path: str) -> httpx.Response:
        return self.send([("GET", path, None, {})])[0]

    def form(self, path: str, fields: dict[str, str]) -> httpx.Response:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.post(path, urlencode(fields).encode(), **kind)

    def in_turn(
        self, requests: Sequence[tuple[str, str, Any, dict[str, str]]]
    ) -> list[httpx.Response]:
        """One after the other through the same door."""
        return asyncio.run(self._send(requests, at_once=False))

    def alert(self, **alert: Any) -> httpx.Response:
        return self.post(f"/hooks/alertmanager/{self.keys['alertmanager']}", alertmanager(**alert))

    def event(self, **event: Any) -> httpx.Response:
        body = {"type": "disk.full", "source": "db-1", "message": "The disk is full", **event}
        return self.post("/api/events", body, Authorization=f"Bearer {self.keys['native']}")

    def page(self, **event: Any) -> httpx.Response:
        return self.post("/v2/enqueue", {"routing_key": self.keys["pagerduty"], **event})

    def send(
        self, requests: Sequence[tuple[str, str, Any, dict[str, str]]]
    ) -> list[httpx.Response]:
        return asyncio.run(self._send(requests))

    async def _send(
        self, requests: Sequence[tuple[str, str, Any, dict[str, str]]], *, at_once: bool = True
    ) -> list[httpx.Response]:
        door = Intake()
        app: Any = Dispatcher(doors=(door, Health()), rest=not_served_here)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            answers = [
                http.request(method, path, headers=headers, **_content(body))
                for method, path, body, headers in requests
            ]
            try:
                if at_once:
                    return list(await asyncio.gather(*answers))
                return [await answer for answer in answers]
            finally:
                await door.close()


def _content(body: Any) -> dict[str, Any]:
    if body is None or isinstance(body, bytes):
        return {"content": body}
    return {"json": body}


def alertmanager(**alert: Any) -> dict[str, Any]:
    """The webhook's body with one alert."""
    labels = {"alertname": "HighErrorRate", "severity": "critical"} | alert.pop("labels", {})
    told = {
        "status": "firing",
        "fingerprint": "c7e2f1b2",
        "annotations": {"summary": "Checkout answers 5xx"},
        **alert,
    }
    return {"version": "4", "groupKey": "{}", "alerts": [{**told, "labels": labels}]}


@pytest.fixture
def visitor(transactional_db: None, severities: dict[str, Severity]) -> Visitor:
    return Visitor(_one_of_each_kind())


def _one_of_each_kind() -> dict[str, str]:
    """Keys by kind, made all at once: there are many kinds, and many tests."""
    keys = {kind: tokens.new_token("isi") for kind in adapters.public_kinds()}
    Integration.objects.bulk_create(
        Integration(kind=kind, name=kind, hint=tokens.hint(key), key_hash=tokens.digest(key))
        for kind, key in keys.items()
    )
    return keys


Fold = Callable[[], int]


@pytest.fixture
def fold() -> Fold:
    """What the engine does with the signals that wait; returns how many messages there were."""

    def all_waiting() -> int:
        total = 0
        while done := intake.fold_batch(adapters.read):
            total += done
        return total

    return all_waiting
