"""A job that pings the real door, falls silent, and is heard of again."""

from datetime import datetime
from typing import Any
from urllib.request import urlopen

import pytest

from bench.product import Product
from tests.flow.conftest import eventually

pytestmark = pytest.mark.flow


def test_a_silent_job_opens_an_incident_and_its_next_ping_ends_it(
    product: Product, token: str
) -> None:
    def call(method: str, path: str, body: Any = None) -> Any:
        return product.call(method, path, token=token, body=body)

    body = {"name": "Silent job", "severity": "P1", "interval_seconds": 10, "grace_seconds": 1}
    ping = f"/ping/{call('POST', '/api/heartbeats', body)['ping_url'].rpartition('/')[2]}"
    assert _ping(product.url(ping)) == b"OK\n"
    path = "/api/heartbeats/silent-job"
    up = eventually(lambda: (beat := call("GET", path))["state"] == "up" and beat)
    incident = eventually(lambda: _incident(call("GET", "/api/incidents")["results"]), seconds=90)
    due, opened = (datetime.fromisoformat(t) for t in (up["alert_at"], incident["opened_at"]))
    assert opened >= due
    (alert,) = call("GET", f"/api/incidents/{incident['reference']}/alerts")["results"]
    assert alert["labels"] == {"heartbeat": "silent-job", "reason": "missing"}
    _ping(product.url(f"{ping}/0"), b"done")
    eventually(lambda: call("GET", f"/api/alerts/{alert['id']}")["state"] == "resolved")
    pings = call("GET", f"{path}/pings")["results"]
    assert [(row["kind"], row["method"]) for row in pings] == [("exit", "POST"), ("success", "GET")]


def _ping(url: str, body: bytes | None = None) -> bytes:
    with urlopen(url, data=body, timeout=10) as answer:
        return bytes(answer.read())


def _incident(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((row for row in found if "Silent job" in row["title"]), None)
