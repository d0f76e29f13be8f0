"""What a ping, or its absence, changes in a heartbeat: pure, on rows that somebody else saves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import (
    Heartbeat,
    HeartbeatPing,
    HeartbeatState,
    OutageReason,
    PingKind,
)
from incidents.sources.heartbeats.schedule import next_after


@dataclass(frozen=True, slots=True)
class Turn:
    """It went down at `at` (again, where it was down already), or without a reason it is up."""

    at: datetime
    reason: OutageReason | None = None
    ping: HeartbeatPing | None = None


def take(heartbeat: Heartbeat, ping: HeartbeatPing) -> Turn | None:
    """Count one ping in; what people should be told, if anything."""
    heartbeat.ping_count += 1
    ping.number = heartbeat.ping_count
    if ping.kind == PingKind.LOG:
        return None
    paused = heartbeat.state == HeartbeatState.PAUSED
    if ping.kind == PingKind.START:
        _begin(heartbeat, ping.received_at, watched=not paused)
        return None
    _end_run(heartbeat, ping)
    if paused:
        return None
    if ping.is_failure:
        return _fail(heartbeat, ping)
    was_down = heartbeat.state == HeartbeatState.DOWN
    _expect(heartbeat, ping.received_at)
    return Turn(ping.received_at) if was_down else None


def _begin(heartbeat: Heartbeat, at: datetime, *, watched: bool) -> None:
    """From the first start on there is one time of grace for it to end: a job that is started
    again and again and never ends must not put that off."""
    heartbeat.last_started_at = at
    if not watched or heartbeat.running_since is not None:
        return
    heartbeat.running_since = at
    if heartbeat.state != HeartbeatState.DOWN:
        heartbeat.alert_at = at + grace(heartbeat)


def _end_run(heartbeat: Heartbeat, ping: HeartbeatPing) -> None:
    ping.due_at = heartbeat.expected_at
    began, before = heartbeat.last_started_at, heartbeat.last_ping_at
    if began is not None and (before is None or began > before):
        took = (ping.received_at - began) / timedelta(milliseconds=1)
        ping.duration_ms = max(0, round(took))
    heartbeat.running_since = None
    heartbeat.last_ping_at = ping.received_at
    heartbeat.last_exit_code = ping.exit_code


def _fail(heartbeat: Heartbeat, ping: HeartbeatPing) -> Turn:
    heartbeat.expected_at = next_after(heartbeat, ping.received_at)
    heartbeat.alert_at = None
    _go_down(heartbeat, ping.received_at)
    return Turn(ping.received_at, OutageReason.FAILED, ping)


def _go_down(heartbeat: Heartbeat, at: datetime) -> None:
    if heartbeat.state != HeartbeatState.DOWN:
        heartbeat.state, heartbeat.down_at = HeartbeatState.DOWN, at


def _expect(heartbeat: Heartbeat, since: datetime) -> None:
    """It is up, and the next ping is awaited as if one had come at `since`."""
    heartbeat.state, heartbeat.down_at = HeartbeatState.UP, None
    heartbeat.expected_at = next_after(heartbeat, since)
    due = heartbeat.expected_at
    heartbeat.alert_at = due + grace(heartbeat) if due else None


def fall_due(heartbeat: Heartbeat) -> Turn | None:
    """Nothing came by `alert_at`: it is down."""
    at = heartbeat.alert_at
    heartbeat.alert_at = None
    if at is None or heartbeat.state not in (HeartbeatState.NEW, HeartbeatState.UP):
        return None
    unfinished = heartbeat.running_since is not None
    _go_down(heartbeat, at)
    return Turn(at, OutageReason.UNFINISHED if unfinished else OutageReason.MISSING)


def excuse(heartbeat: Heartbeat, since: datetime, now: datetime) -> None:
    """Nobody could be heard from `since` to `now`."""
    due, last = heartbeat.expected_at, heartbeat.alert_at
    if last is None:
        return
    heartbeat.alert_at = last + (now - since)
    if heartbeat.running_since is None and due is not None and since <= due and last <= now:
        heartbeat.expected_at = next_after(heartbeat, now)
        if heartbeat.expected_at is not None:
            next_alert = heartbeat.expected_at + grace(heartbeat)
            heartbeat.alert_at = max(heartbeat.alert_at, next_alert)


def start_over(heartbeat: Heartbeat, now: datetime) -> None:
    """Wait anew from `now` on, after a pause or with another schedule: what was expected before
    counts no more. One that has never pinged goes on waiting for its first ping."""
    heartbeat.running_since = None
    if heartbeat.last_ping_at is None:
        heartbeat.state = HeartbeatState.NEW
        heartbeat.expected_at = heartbeat.alert_at = heartbeat.down_at = None
    else:
        _expect(heartbeat, now)


def pause(heartbeat: Heartbeat) -> None:
    heartbeat.state = HeartbeatState.PAUSED
    heartbeat.running_since = heartbeat.expected_at = None
    heartbeat.alert_at = heartbeat.down_at = None


def grace(heartbeat: Heartbeat) -> timedelta:
    return timedelta(seconds=heartbeat.grace_seconds)
