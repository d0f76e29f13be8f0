"""When a ping is expected: so long after the last one, or at the times of a cron expression.

Cron means what Debian's cron means, in the heartbeat's own time zone. On the day on which clocks
go forward, what would fall into the missing hour is expected right after it; on the day on which
they go back, a job at a fixed time is expected once, one that runs every so many minutes goes on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from incidents.kernel.errors import Invalid
from incidents.models import Heartbeat, HeartbeatSchedule

LEAST_INTERVAL: Final = 10
MOST_INTERVAL: Final = 366 * 86_400
LEAST_GRACE: Final = 1
MOST_GRACE: Final = 31 * 86_400
_UTC: Final = ZoneInfo("UTC")


@cache
def zones() -> frozenset[str]:
    """The names of time zones that this machine knows."""
    return frozenset(available_timezones())


def check(heartbeat: Heartbeat) -> None:
    """Invalid, with the field, for a schedule by which nothing can be expected."""
    if heartbeat.schedule not in HeartbeatSchedule.values:
        raise Invalid("A schedule is an interval or a cron expression.", field="schedule")
    if not LEAST_GRACE <= heartbeat.grace_seconds <= MOST_GRACE:
        raise Invalid("The time of grace is 1 second to 31 days.", field="grace_seconds")
    if heartbeat.time_zone not in zones():
        hint = "Write one as in Europe/Berlin."
        raise Invalid(f"There is no time zone {heartbeat.time_zone!r}.", hint, field="time_zone")
    if heartbeat.schedule == HeartbeatSchedule.CRON:
        _check_cron(heartbeat)
    elif not LEAST_INTERVAL <= heartbeat.interval_seconds <= MOST_INTERVAL:
        raise Invalid("The interval is 10 seconds to 366 days.", field="interval_seconds")


def _check_cron(heartbeat: Heartbeat) -> None:
    hint = "Five fields: minute, hour, day of the month, month, day of the week, as in 0 2 * * *."
    fields = heartbeat.cron.split()
    if len(fields) != 5:
        raise Invalid("A cron expression has five fields.", hint, field="cron")
    try:
        next(CronSim(heartbeat.cron, datetime(2024, 1, 1, tzinfo=_UTC)))
    except CronSimError as error:
        raise Invalid(f"This cron expression is not right: {error}.", hint, field="cron") from error
    except StopIteration:
        raise Invalid("This cron expression never falls due.", hint, field="cron") from None


def times_after(heartbeat: Heartbeat, moment: datetime) -> Iterator[datetime]:
    """When pings are expected if each comes on time, from the first that is after `moment`."""
    if heartbeat.schedule == HeartbeatSchedule.INTERVAL:
        step = timedelta(seconds=heartbeat.interval_seconds)
        while True:
            moment += step
            yield moment
    local = moment.astimezone(ZoneInfo(heartbeat.time_zone))
    last = moment
    for found in CronSim(heartbeat.cron, local):
        due = found.astimezone(_UTC)
        # In the hour that comes twice the first times found may be those of the first pass.
        if due > last:
            last = due
            yield due


def next_after(heartbeat: Heartbeat, moment: datetime) -> datetime | None:
    """The first time after `moment`; None for an expression that never falls due again."""
    return next(times_after(heartbeat, moment), None)


def upcoming(heartbeat: Heartbeat, moment: datetime, *, count: int = 5) -> list[datetime]:
    """The next `count` times, in the heartbeat's zone. Raises Invalid."""
    check(heartbeat)
    zone = ZoneInfo(heartbeat.time_zone)
    return [due.astimezone(zone) for due in islice(times_after(heartbeat, moment), count)]
