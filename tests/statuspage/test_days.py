"""The ninety days: counted from what was published, honest about what nobody knows."""

from datetime import UTC, datetime, timedelta

from statuspage.models import ComponentState
from statuspage.rendering.days import Weights, Window, availability, between, days

NOW = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_a_quiet_component_was_operational_on_each_day() -> None:
    found = days([], known_from=LONG_AGO, now=NOW)
    assert len(found) == 90
    assert found[-1].date.isoformat() == "2026-11-06"
    assert {day.state for day in found} == {ComponentState.OPERATIONAL}
    assert availability(found, known_from=LONG_AGO, now=NOW) == 100


def test_days_before_the_component_existed_have_no_data() -> None:
    found = days([], known_from=at(5, 10), now=NOW)
    assert [day.state for day in found[-3:]] == [None, "operational", "operational"]


def test_a_window_over_midnight_counts_on_both_days() -> None:
    window = Window("major_outage", at(4, 23), at(5, 2))
    found = days([window], known_from=LONG_AGO, now=NOW)
    assert [day.seconds.get(ComponentState.MAJOR_OUTAGE) for day in found[-3:-1]] == [3600, 7200]


def test_overlapping_incidents_count_once_as_the_worst() -> None:
    windows = [
        Window("degraded", at(5, 10), at(5, 12)),
        Window("major_outage", at(5, 11), at(5, 11, 30)),
    ]
    day = days(windows, known_from=LONG_AGO, now=NOW)[-2]
    assert day.state == ComponentState.MAJOR_OUTAGE
    assert day.seconds == {"degraded": 5400, "major_outage": 1800}


def test_an_open_window_counts_until_now() -> None:
    day = days([Window("degraded", at(6, 13), None)], known_from=LONG_AGO, now=NOW)[-1]
    assert day.seconds == {"degraded": 3600}


def test_what_was_set_by_hand_counts_outside_of_incidents_only() -> None:
    windows = [
        Window("major_outage", at(5, 10), at(5, 14), by_hand=True),
        Window("degraded", at(5, 11), at(5, 12)),
    ]
    day = days(windows, known_from=LONG_AGO, now=NOW)[-2]
    assert day.seconds == {"major_outage": 3 * 3600, "degraded": 3600}


def test_availability_weighs_by_the_printed_rule_and_rounds_down() -> None:
    windows = [
        Window("major_outage", at(6, 12), at(6, 13)),
        Window("partial_outage", at(6, 10), at(6, 12)),
        Window("degraded", at(6, 8), at(6, 10)),
    ]
    found = days(windows, known_from=at(6, 4), now=NOW)
    assert availability(found, known_from=at(6, 4), now=NOW) == 84.0
    one_second = [Window("major_outage", at(6, 12), at(6, 12) + timedelta(seconds=1))]
    found = days(one_second, known_from=LONG_AGO, now=NOW)
    assert availability(found, known_from=LONG_AGO, now=NOW) == 99.99


def test_nothing_is_claimed_of_a_component_that_was_listed_just_now() -> None:
    found = days([], known_from=NOW, now=NOW)
    assert availability(found, known_from=NOW, now=NOW) is None


def test_each_page_weighs_by_its_own_rule() -> None:
    windows = [
        Window("partial_outage", at(6, 10), at(6, 12)),
        Window("degraded", at(6, 8), at(6, 10)),
    ]
    strict = Weights(partial=1.0, degraded=0.5)
    assert between(windows, at(6, 4), NOW, strict) == 70.0
    assert between(windows, at(6, 4), NOW, Weights(partial=0.0)) == 100


def test_maintenance_is_left_out_or_counts_as_lost() -> None:
    windows = [
        Window("maintenance", at(6, 4), at(6, 9)),
        Window("major_outage", at(6, 9), at(6, 10)),
    ]
    assert between(windows, at(6, 4), NOW) == 80.0, "one hour of the five that are left"
    assert between(windows, at(6, 4), NOW, Weights(maintenance_counts=True)) == 40.0
    assert between([windows[0]], at(6, 4), at(6, 9)) is None, "nothing is left to count"


def test_an_outage_in_maintenance_counts_as_an_outage() -> None:
    windows = [
        Window("maintenance", at(5, 10), at(5, 14)),
        Window("major_outage", at(5, 11), at(5, 12)),
    ]
    day = days(windows, known_from=LONG_AGO, now=NOW)[-2]
    assert day.seconds == {"maintenance": 3 * 3600, "major_outage": 3600}
