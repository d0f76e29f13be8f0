"""Schedules in people's words, and times as bars."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cronsim import CronSim, CronSimError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.kernel import clock
from incidents.kernel.durations import spoken
from incidents.models import Heartbeat, HeartbeatOutage, HeartbeatSchedule
from incidents.selectors.heartbeats import down_for

WIDTH: Final = 480
HEIGHT: Final = 22
DAYS: Final = 30
_ONE: Final = {f"1 {unit}": unit for unit in ("second", "minute", "hour", "day")}


def schedule_of(heartbeat: Heartbeat) -> str:
    """“Every hour”, “At 02:00 every day (Europe/Berlin)”."""
    if heartbeat.schedule == HeartbeatSchedule.INTERVAL:
        return f"Every {_ONE.get(told := spoken(heartbeat.interval_seconds), told)}"
    try:
        told = CronSim(heartbeat.cron, clock.now()).explain()
    except CronSimError:
        told = heartbeat.cron
    return f"{told} ({heartbeat.time_zone})"


def last_day(heartbeat: Heartbeat, found: Sequence[HeartbeatOutage], now: datetime) -> SafeString:
    """The last 24 hours as one bar, in which outages are red."""
    start = now - timedelta(days=1)
    known = max(start, _known_from(heartbeat, now))
    parts = [_block("bar", 0, WIDTH), _part("bar ok", start, now, known, now)]
    parts += [
        _part("bar p0", start, now, max(outage.began_at, start), outage.ended_at or now)
        for outage in found
        if outage.ended_at is None or outage.ended_at > start
    ]
    return _picture(f"The last 24 hours: {_told(found, known, now)}", parts)


def last_days(heartbeat: Heartbeat, found: Sequence[HeartbeatOutage], now: datetime) -> SafeString:
    """A block for each of the last 30 times 24 hours, red where it was down."""
    step = WIDTH / DAYS
    parts = []
    for number in range(DAYS):
        start = now - timedelta(days=DAYS - number)
        end = start + timedelta(days=1)
        known = end > _known_from(heartbeat, now)
        tone = ("p0" if down_for(found, start, end) else "ok") if known else ""
        parts.append(_block(f"bar {tone}", number * step, step - 3))
    told = _told(found, now - timedelta(days=DAYS), now)
    return _picture(f"The last {DAYS} days: {told}", parts)


def _known_from(heartbeat: Heartbeat, now: datetime) -> datetime:
    """One that has never pinged was neither up nor down."""
    return heartbeat.created_at if heartbeat.last_ping_at else now


def _told(found: Sequence[HeartbeatOutage], start: datetime, end: datetime) -> str:
    down = down_for(found, start, end).total_seconds()
    return f"down for {spoken(down)}" if down else "not down"


def _part(
    tone: str, start: datetime, end: datetime, since: datetime, until: datetime
) -> SafeString:
    scale = WIDTH / (end - start).total_seconds()
    left = min((since - start).total_seconds() * scale, WIDTH)
    width = (until - since).total_seconds() * scale
    return _block(tone, left, min(max(1.5, width) if width else 0, WIDTH - left))


def _block(tone: str, left: float, width: float) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="0" width="{}" height="{}"/>',
        *(tone, f"{left:.1f}", f"{width:.1f}", HEIGHT),
    )


def _picture(title: str, parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>',
        *(WIDTH, HEIGHT, title, format_html_join("", "{}", ((part,) for part in parts))),
    )
