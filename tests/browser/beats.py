"""Heartbeats on the screens that are walked: some of each state, and far too many."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from incidents.kernel import clock
from incidents.models import Heartbeat, HeartbeatPing, Severity
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.heartbeats import writing
from incidents.sources.heartbeats.watch import Watch

SAID = "pg_dump: error: connection to server at “db-1” failed: timeout expired\n"


def beat(name: str, **more: Any) -> Heartbeat:
    given = {"name": name, "severity": Severity.objects.get(code="P2"), **more}
    return writing.create(given)


def ping(heartbeat: Heartbeat, at: datetime, kind: str = "success", **more: Any) -> None:
    HeartbeatPing.objects.create(
        heartbeat=heartbeat,
        delivery_id=uuid.uuid4(),
        kind=kind,
        method="GET",
        remote_address="10.0.4.17",
        user_agent="curl/8.5.0",
        received_at=at,
        **more,
    )


def turn() -> None:
    while Watch().work():
        pass
    while intake.fold_batch(adapters.read):
        pass


def some() -> dict[str, Any]:
    """One of each state; values for the parameters of addresses."""
    now = clock.now()
    backup = beat("Nightly backup", schedule="cron", cron="0 2 * * *", time_zone="Europe/Berlin")
    for hours in (50, 26, 2):
        began = now - timedelta(hours=hours)
        ping(backup, began, "start")
        ping(backup, began + timedelta(minutes=14), "exit", exit_code=0)
    ping(backup, now - timedelta(minutes=5), "log", body="Nobody is logged in.", body_size=20)
    invoices = beat("Send invoices", interval_seconds=3600, grace_seconds=300)
    ping(invoices, now - timedelta(minutes=61))
    failed = beat("Copy to the archive", description="Copies what is older than a week.")
    ping(failed, now - timedelta(hours=30))
    ping(failed, now - timedelta(hours=3), "exit", exit_code=1, body=SAID * 40, body_size=99_000)
    turn()
    paused = beat("Rebuild the search index")
    writing.pause(paused.slug)
    waiting = beat("Check certificates")
    return {"beat": backup.slug, "beat_down": failed.slug, "beat_new": waiting.slug}


def many(word: str) -> dict[str, Any]:
    """A full page of them, with long names, one with a hundred pings."""
    now = clock.now()
    rows = [beat(f"{n} {word * 3}"[:120], description=word * 8) for n in range(105)]
    for minutes in range(100, 0, -1):
        body = f"{word} " * 60
        more = {"body": body, "body_size": len(body)}
        ping(rows[0], now - timedelta(minutes=minutes), "fail" if minutes % 7 else "exit", **more)
    turn()
    return {"beat": rows[0].slug}
