"""A hundred thousand subscribers: one statement, a real mail server, an engine that is killed."""

import json
import os
import signal
import smtplib
import threading
import time
import urllib.error
from collections.abc import Callable

from bench.load import percentile
from bench.measures import Figure
from bench.product import Product
from bench.smtp_sink import Sink, running

MANY = 100_000
KILLS = 10
PATIENCE = 1_800
_SEED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute('''
      INSERT INTO statuspage_subscriber (page_id, way, address, address_key, state, nonce, secret,
        wants_incidents, wants_maintenance, pace, language, source, created_at, confirmed_at,
        asked_at, bounces, last_error)
      SELECT p.id, 'email', a, encode(sha256(convert_to('email:' || a, 'UTF8')), 'hex'), 'active',
        md5(a), '', true, true, 'at_once', 'en', 'bench', now(), now(), '{}', 0, ''
      FROM statuspage_statuspage p,
        LATERAL (SELECT 's' || n || '@example.com' AS a FROM generate_series(1, %s) n) s
      WHERE p.is_default''', [MANY])
print(cursor.rowcount)
"""
_FANNED = """
import json
from statuspage.models import Broadcast, Telling
from django.db.models import Max, Min
found = Broadcast.objects.latest("pk")
sent = found.tellings.aggregate(first=Min("sent_at"), last=Max("sent_at"))
print(json.dumps({
    "fan_out": (found.fanned_at - found.made_at).total_seconds(),
    "seconds": (sent["last"] - sent["first"]).total_seconds(),
    "told": found.told,
}))
"""


def subscribers() -> list[Figure]:
    """Once undisturbed, with alerts coming in meanwhile; once with the engine killed ten times."""
    with running(Sink(keeps=False)) as sink:
        settings = {"EMAIL_URL": sink.url, "EMAIL_FROM": "status@bench.example"}
        with Product(settings=settings) as product:
            time.sleep(10)  # worker and beat are still loading
            product.manage("shell", "-v", "0", "-c", _SEED.replace("[MANY]", f"[{MANY}]"))
            token = product.api_key("admin")
            plain = _plain_rate(sink)
            sink.taken.clear()
            return [
                *_undisturbed(product, token, sink, plain),
                *_killed(product, token, sink),
            ]


def _plain_rate(sink: Sink, *, many: int = 4_000, lanes: int = 4) -> float:
    """Messages a second that four threads hand to the same mail server, ready-made."""
    body = b"Message-ID: <x@y>\r\nSubject: x\r\n\r\n" + b"x" * 70 * 100

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", sink.port) as server:
            for number in range(many // lanes):
                server.sendmail("a@b.example", [f"p{number}@example.com"], body)

    threads = [threading.Thread(target=send) for _ in range(lanes)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return many / (time.monotonic() - began)


def _publish(product: Product, token: str, title: str) -> None:
    declared = {"title": title, "severity": "P1"}
    incident = product.call("POST", "/api/incidents", token=token, body=declared)
    update = {"state": "investigating", "body": "We are looking into it."}
    path = f"/api/incidents/{incident['reference']}/status-updates"
    product.call("POST", path, token=token, body=update)


def _until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"it did not come to it: {what}")
        time.sleep(0.05)


def _undisturbed(product: Product, token: str, sink: Sink, plain: float) -> list[Figure]:
    hook = product.integration("alertmanager", "bench subscribers")["url"]
    _publish(product, token, "Everybody is told")
    _until(lambda: len(sink.taken) > 100, "the first mails")
    waits: list[float] = []
    while len(sink.taken) < MANY:
        waits.append(_alert(product, token, hook, len(waits)))
        time.sleep(1)
    told = json.loads(product.manage("shell", "-v", "0", "-c", _FANNED))
    rate = told["told"] / told["seconds"]
    slow = percentile(waits, 99)
    beside = f"the same mail server by smtplib in four threads: {plain:.0f}/s"
    return [
        Figure(
            "subscribers: fan-out of 100,000",
            told["fan_out"],
            "s",
            "",
            "< 10 s",
            told["fan_out"] < 10,
        ),
        Figure("subscribers: mails", rate, "/s", beside),
        Figure("subscribers: alert → incident meanwhile, p99", slow, "s", "", "< 5 s", slow < 5),
    ]


def _alert(product: Product, token: str, hook: str, number: int) -> float:
    """Seconds from the alert to its incident."""
    name = f"bench-{number}-{time.time_ns()}"
    alert = {"status": "firing", "labels": {"alertname": name}, "annotations": {"summary": name}}
    body = {"version": "4", "status": "firing", "alerts": [alert]}
    began = time.monotonic()
    product.call("POST", "/" + hook.split("/", 3)[3], token=token, body=body)
    _until(lambda: _is_there(product, token, name), f"the incident of {name}")
    return time.monotonic() - began


def _is_there(product: Product, token: str, name: str) -> bool:
    try:
        found = product.call("GET", f"/api/incidents?q={name}", token=token)
    except urllib.error.HTTPError:
        return False
    return bool(found["results"])


def _killed(product: Product, token: str, sink: Sink) -> list[Figure]:
    sink.taken.clear()
    sink.busy = 20
    _publish(product, token, "The engine is killed")
    for kill in range(1, KILLS + 1):
        wanted = kill * MANY // (KILLS + 1)
        _until(lambda wanted=wanted: len(sink.taken) >= wanted, f"kill {kill}")  # type: ignore[misc]
        os.kill(product.pids()["engine"], signal.SIGKILL)
    _until(lambda: len({address for address, _ in sink.taken}) == MANY, "all of them")
    once = set(sink.taken)
    repeats = len(sink.taken) - len(once)
    wrong = len(once) - MANY
    return [
        Figure(
            "subscribers: told not once by Message-ID, 10 kills", wrong, "", "", "0", wrong == 0
        ),
        Figure("subscribers: sent again under the same id, 10 kills", repeats, ""),
    ]
