"""When a ping is expected."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.kernel.errors import Invalid
from incidents.models import Heartbeat
from incidents.sources.heartbeats.schedule import check, next_after, times_after, upcoming

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
MOMENTS = st.integers(0, 3 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
# Around the hours at which clocks change in one of the zones.
CHANGES = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
    ]
)
NEAR = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    CHANGES,
    st.integers(-7200, 7200),
)
MINUTES = st.sampled_from(["*", "0", "30", "45", "*/5", "*/15", "10-20", "1,59"])
HOURS = st.sampled_from(["*", "0", "1", "2", "3", "*/2", "1-3", "23"])
DAYS = st.sampled_from(["*", "1", "L", "29", "*/2"])
WEEKDAYS = st.sampled_from(["*", "1-5", "SUN", "0"])


def cron(expression: str, zone: str = "UTC") -> Heartbeat:
    return Heartbeat(schedule="cron", cron=expression, time_zone=zone)


def berlin(day: int, month: int, text: str) -> datetime:
    hour, minute = text.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=ZoneInfo("Europe/Berlin"))


def times(heartbeat: Heartbeat, since: datetime, count: int) -> list[str]:
    return [f"{due:%d %H:%M%z}" for due in _local(heartbeat, since, count)]


def _local(heartbeat: Heartbeat, since: datetime, count: int) -> list[datetime]:
    zone = ZoneInfo(heartbeat.time_zone)
    return [due.astimezone(zone) for due in islice(times_after(heartbeat, since), count)]


@given(MINUTES, HOURS, DAYS, WEEKDAYS, st.sampled_from(ZONES), MOMENTS | NEAR)
def test_what_is_expected_is_strictly_after_now_and_in_order(
    minute: str, hour: str, day: str, weekday: str, zone: str, now: datetime
) -> None:
    heartbeat = cron(f"{minute} {hour} {day} * {weekday}", zone)
    found = [now, *islice(times_after(heartbeat, now), 6)]
    assert len(found) == 7
    assert all(earlier < later for earlier, later in pairwise(found))


@given(st.integers(10, 366 * 86_400), MOMENTS)
def test_an_interval_is_counted_from_the_last_ping(seconds: int, now: datetime) -> None:
    heartbeat = Heartbeat(interval_seconds=seconds)
    assert next_after(heartbeat, now) == now + timedelta(seconds=seconds)


def test_a_job_in_the_hour_that_is_missing_is_expected_right_after_it() -> None:
    nightly = cron("30 2 * * *", "Europe/Berlin")
    found = times(nightly, berlin(28, 3, "12:00"), 2)
    assert found == ["29 03:00+0200", "30 02:30+0200"]


def test_a_job_in_the_hour_that_comes_twice_is_expected_once() -> None:
    nightly = cron("30 2 * * *", "Europe/Berlin")
    found = times(nightly, berlin(24, 10, "12:00"), 2)
    assert found == ["25 02:30+0200", "26 02:30+0100"]


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_hour_that_comes_twice_nothing_is_expected_in_the_past(fold: int) -> None:
    nightly = cron("45 2 * * *", "Europe/Berlin")
    now = berlin(25, 10, "2:30").replace(fold=fold)
    wanted = "25 02:45+0200" if fold == 0 else "26 02:45+0100"
    assert times(nightly, now, 1) == [wanted]


def test_what_runs_every_so_many_minutes_goes_on_through_both_hours() -> None:
    often = cron("*/30 * * * *", "Europe/Berlin")
    found = times(often, berlin(25, 10, "1:45"), 5)
    twice = ["25 02:00+0200", "25 02:30+0200", "25 02:00+0100", "25 02:30+0100"]
    assert found == [*twice, "25 03:00+0100"]


def test_the_preview_is_in_the_zone_of_the_heartbeat() -> None:
    found = upcoming(cron("0 9 * * 1-5", "Asia/Kathmandu"), datetime(2026, 11, 6, 4, tzinfo=UTC))
    assert [f"{due:%a %H:%M}" for due in found] == [f"{d} 09:00" for d in _WEEK]


_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri")


@pytest.mark.parametrize(
    ("heartbeat", "field"),
    [
        (cron("61 * * * *"), "cron"),
        (cron("* * * *"), "cron"),
        (cron("0 * * * * *"), "cron"),
        (cron("0 0 30 2 *"), "cron"),
        (cron("@daily"), "cron"),
        (cron("0 0 * * *", "Mars/Olympus"), "time_zone"),
        (Heartbeat(interval_seconds=5), "interval_seconds"),
        (Heartbeat(interval_seconds=60, grace_seconds=0), "grace_seconds"),
        (Heartbeat(schedule="sometimes"), "schedule"),
    ],
)
def test_it_refuses_what_can_never_be_due_and_says_where(heartbeat: Heartbeat, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(heartbeat)
    assert refused.value.field == field
