"""kill -9 of each process in turn while work goes on: what was accepted is there, once."""

import os
import signal
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from bench.product import Product
from tests.flow.conftest import eventually

pytestmark = pytest.mark.flow

VICTIMS = ("web", "engine", "worker", "beat", "valkey", "postgres")


class Sender(threading.Thread):
    """Sends things one after the other; each is sent again until it is accepted."""

    def __init__(self, product: Product, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self.product, self.token, self.tag = product, token, name
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self._enough = threading.Event()

    def stop(self) -> None:
        self._enough.set()
        self.join(60)

    def run(self) -> None:
        while not self._enough.is_set():
            thing = f"{self.tag} {uuid.uuid4()}"
            while not self._sent(thing):
                time.sleep(0.2)
            self.accepted.append(thing)
            time.sleep(0.02)

    def _sent(self, thing: str) -> bool:
        try:
            self.send(thing)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                self.refused.append(f"{error.code} {error.read()[:200]!r}")
            return False
        except (OSError, ValueError):
            return False
        return True

    def send(self, thing: str) -> None:
        raise NotImplementedError


class Alerts(Sender):
    def send(self, thing: str) -> None:
        event = {"type": "fault", "source": thing, "severity": "low", "message": thing}
        self.product.call("POST", "/api/events", token=self.token, body=event)


class Messages(Sender):
    path = ""

    def send(self, thing: str) -> None:
        client_id = str(uuid.uuid5(uuid.NAMESPACE_OID, thing))
        body = {"body": thing, "client_id": client_id}
        self.product.call("POST", self.path, token=self.token, body=body)


def _pages(product: Product, token: str, path: str) -> Iterator[dict[str, Any]]:
    """Every row of a listing, page by page."""
    following: str | None = path
    while following:
        page = product.call("GET", following, token=token)
        yield from page["results"]
        following = page["next"] and "/" + page["next"].split("/", 3)[3]


def _kill_each(product: Product) -> None:
    for name in VICTIMS:
        victim = product.pids()[name]
        os.kill(victim, signal.SIGKILL)

        def is_back(name: str = name, victim: int = victim) -> bool:
            return product.pids().get(name, victim) != victim

        eventually(is_back, seconds=30)
        eventually(lambda: _is_ready(product), seconds=30)
        time.sleep(1)


def _is_ready(product: Product) -> bool:
    try:
        with urllib.request.urlopen(product.url("/readyz"), timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_nothing_accepted_is_lost_when_processes_are_killed(product: Product, token: str) -> None:
    body = {"title": "Fault room", "severity": "P3"}
    room = product.call("POST", "/api/incidents", token=token, body=body)
    path = f"/api/incidents/{room['reference']}"
    alerts, messages = Alerts(product, token, "alert"), Messages(product, token, "message")
    messages.path = f"{path}/messages"
    alerts.start()
    messages.start()
    _kill_each(product)
    alerts.stop()
    messages.stop()
    assert (alerts.refused, messages.refused) == ([], [])
    assert len(alerts.accepted) > 20, "too few to show anything"

    def all_folded() -> bool:
        seen = [a["title"] for a in _pages(product, token, "/api/alerts?q=alert&limit=200")]
        return set(alerts.accepted) <= set(seen) and len(seen) == len(set(seen))

    eventually(all_folded, seconds=60)
    facts = list(_pages(product, token, f"{path}/timeline?limit=200"))
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    posted = [f["data"]["body"] for f in facts if f["kind"] == "chat.posted"]
    assert sorted(posted) == sorted(messages.accepted)


def test_the_drill_passes_after_everything_was_killed(product: Product, tmp_path: Any) -> None:
    told = product.manage("drill", "--pdf", str(tmp_path / "drill.pdf"))
    assert "The drill passed" in told
    assert (tmp_path / "drill.pdf").read_bytes().startswith(b"%PDF")


def _shows_status(product: Product) -> bool:
    try:
        with urllib.request.urlopen(product.url("/status"), timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_the_status_page_is_served_while_postgres_is_stopped(product: Product) -> None:
    eventually(lambda: _shows_status(product))
    postgres = product.pids()["postgres"]
    os.kill(postgres, signal.SIGSTOP)
    try:
        with urllib.request.urlopen(product.url("/status"), timeout=5) as answer:
            assert answer.status == 200
            assert b"<h1" in answer.read()
    finally:
        os.kill(postgres, signal.SIGCONT)


def test_alerts_are_accepted_while_valkey_is_stopped(product: Product, token: str) -> None:
    valkey = product.pids()["valkey"]
    os.kill(valkey, signal.SIGSTOP)
    try:
        title = f"without valkey {uuid.uuid4()}"
        event = {"type": "fault", "source": title, "severity": "low", "message": title}
        product.call("POST", "/api/events", token=token, body=event)
        query = f"/api/alerts?q={title.replace(' ', '%20')}"
        eventually(lambda: product.call("GET", query, token=token)["results"], seconds=10)
    finally:
        os.kill(valkey, signal.SIGCONT)
