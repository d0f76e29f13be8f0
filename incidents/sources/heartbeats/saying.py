"""What heartbeats have to say goes the way of every other signal: a row that the engine folds, so
that routing, silences and grouping treat it as they treat everything."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from incidents.events.bus import wake_engine
from incidents.kernel.durations import spoken
from incidents.kernel.text import fingerprint, plain
from incidents.models import Heartbeat, Integration, OutageReason, Signal
from incidents.sources.heartbeats.turns import Turn

ADAPTER: Final = "heartbeat"
# How much of what a failed job sent goes into its alert.
TOLD: Final = 2000
_DEAF: Final = fingerprint("heartbeats", "deaf")


def send(signals: Sequence[dict[str, Any]]) -> None:
    """Call inside the transaction that remembers what was said."""
    if not signals:
        return
    Signal.objects.create(
        integration=Integration.of_our_own(ADAPTER, "Heartbeats"),
        adapter=ADAPTER,
        delivery_id=uuid.uuid4(),
        body=msgspec.json.encode(signals),
    )
    wake_engine()


def name_of(heartbeat: Heartbeat) -> str:
    """The fingerprint: of the row, so that it stays the same under another name."""
    return fingerprint("heartbeat", str(heartbeat.pk))


def told(heartbeat: Heartbeat, turn: Turn) -> dict[str, Any]:
    if turn.reason is None:
        return over(heartbeat, turn.at)
    labels = {"heartbeat": heartbeat.slug, "reason": str(turn.reason)}
    if turn.ping is not None and turn.ping.exit_code is not None:
        labels["exit_code"] = str(turn.ping.exit_code)
    return {
        "action": "fire",
        "fingerprint": name_of(heartbeat),
        "title": _title(heartbeat, turn),
        "description": _text(heartbeat, turn),
        "severity": heartbeat.severity.code,
        "service": heartbeat.service.slug if heartbeat.service else "",
        "link": f"{settings.SITE_URL}{heartbeat.get_absolute_url()}",
        "at": turn.at.isoformat(),
        "labels": labels,
    }


def over(heartbeat: Heartbeat, at: datetime) -> dict[str, Any]:
    return {
        "action": "resolve",
        "fingerprint": name_of(heartbeat),
        "title": f"“{heartbeat.name}” is back",
        "at": at.isoformat(),
    }


def deaf(since: datetime) -> dict[str, Any]:
    return {
        "action": "fire",
        "fingerprint": _DEAF,
        "title": "Heartbeats cannot be heard: no web process answers",
        "description": f"Since {since:%Y-%m-%d %H:%M:%S} UTC no process takes pings, so nobody is"
        " called down for not being heard. Start the web process again.",
        "severity": "high",
        "at": since.isoformat(),
    }


def hears_again(at: datetime) -> dict[str, Any]:
    return {"action": "resolve", "fingerprint": _DEAF, "at": at.isoformat()}


def _title(heartbeat: Heartbeat, turn: Turn) -> str:
    if turn.reason == OutageReason.MISSING:
        return f"“{heartbeat.name}” did not ping in time"
    if turn.reason == OutageReason.UNFINISHED:
        return f"“{heartbeat.name}” started and did not finish"
    return f"“{heartbeat.name}” failed{_with_status(turn)}"


def _with_status(turn: Turn) -> str:
    code = turn.ping.exit_code if turn.ping else None
    return f" with exit status {code}" if code else ""


def _text(heartbeat: Heartbeat, turn: Turn) -> str:
    allowed = spoken(heartbeat.grace_seconds)
    if turn.reason == OutageReason.FAILED:
        said = turn.ping.body[-TOLD:] if turn.ping else ""
        return plain(said, TOLD) or "It said nothing else."
    if turn.reason == OutageReason.UNFINISHED and heartbeat.running_since is not None:
        began = _local(heartbeat, heartbeat.running_since)
        return f"It started at {began} and had {allowed} to finish."
    before = heartbeat.last_ping_at
    last = f" The last ping came at {_local(heartbeat, before)}." if before else ""
    if heartbeat.expected_at is None:
        return last.strip()
    due = _local(heartbeat, heartbeat.expected_at)
    return f"A ping was expected by {due}, with {allowed} of grace.{last}"


def _local(heartbeat: Heartbeat, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(heartbeat.time_zone)):%Y-%m-%d %H:%M:%S %Z}"
