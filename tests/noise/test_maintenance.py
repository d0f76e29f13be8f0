"""Maintenance windows, once and again, and inhibition."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import parse
from incidents.models import AfterWindow, Incident, Inhibition, MaintenanceWindow
from incidents.pipeline.noise import settings, windows
from tests.noise.conftest import Sender, grouped

BERLIN = "Europe/Berlin"


def planned(**window: Any) -> MaintenanceWindow:
    given = {"name": "Upgrade", "matchers": read('type="DiskFull"'), "minutes": 60}
    return settings.plan(MaintenanceWindow(**{**given, "starts_at": clock.now(), **window}))


def read(text: str) -> list[dict[str, str]]:
    return [matcher.as_data() for matcher in parse(text)]


def test_planned_work_opens_no_incident_until_it_is_done(sender: Sender) -> None:
    planned()
    alert = sender.fire()
    assert [reason["why"] for reason in alert.muted_by] == ["planned work: Upgrade"]
    sender.wait(minutes=61)
    assert sender.alert().incident == Incident.objects.get()


def test_what_fires_afterwards_may_be_left_alone(sender: Sender) -> None:
    planned(afterwards=AfterWindow.LEAVE)
    sender.fire()
    sender.wait(minutes=61)
    assert sender.alert().held
    sender.clear()
    assert not sender.fire().held


def test_cancelling_lets_go(sender: Sender) -> None:
    window = planned(afterwards=AfterWindow.LEAVE)
    sender.fire()
    settings.cancel(window)
    sender.wait(seconds=1)
    assert sender.alert().incident is not None


def test_it_recurs_at_the_same_time_of_day_when_the_clocks_change() -> None:
    window = MaintenanceWindow(
        starts_at=datetime(2026, 10, 18, 1, 0, tzinfo=UTC),  # 03:00 in Berlin, in summer
        minutes=30,
        recurrence="FREQ=WEEKLY;BYDAY=SU",
        time_zone=BERLIN,
    )
    until = datetime(2026, 11, 10, tzinfo=UTC)
    found = windows.occurrences(window, after=window.starts_at, before=until)
    assert [o.starts_at.astimezone(UTC).strftime("%d %H:%M") for o in found] == [
        *("18 01:00", "25 02:00"),
        *("01 02:00", "08 02:00"),
    ]


@given(
    st.integers(0, 365 * 24 * 60).map(
        lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
    ),
    st.sampled_from(["", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1SU"]),
    st.integers(1, 2000),
)
def test_it_is_open_exactly_within_its_occurrences(
    at: datetime, recurrence: str, minutes: int
) -> None:
    window = MaintenanceWindow(
        starts_at=datetime(2026, 3, 1, 1, tzinfo=UTC),
        minutes=minutes,
        recurrence=recurrence,
        time_zone=BERLIN,
    )
    far = timedelta(days=40)
    around = windows.occurrences(window, after=at - far, before=at + far)
    covered = any(o.starts_at <= at < o.ends_at for o in around)
    assert (windows.open_at(window, at) is not None) is covered


@pytest.mark.parametrize(
    ("window", "field"),
    [
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"recurrence": "FREQ=SECONDLY"}, "recurrence"),
        ({"recurrence": "FREQ=DAILY;COUNT=x"}, "recurrence"),
        ({"minutes": 0}, "minutes"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "starts_at"),
    ],
)
def test_it_refuses_what_makes_no_sense(sender: Sender, window: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        planned(**window)
    assert refused.value.field == field


def test_a_cause_keeps_its_consequences_quiet(sender: Sender) -> None:
    inhibited()
    sender.fire("Down", "db-1")
    assert sender.fire("Slow", "db-1").muted_by[0]["why"] == (
        "Down beats slow: Down on db-1 fires as well"
    )
    assert not sender.fire("Slow", "db-2").held


def test_consequences_are_heard_when_their_cause_is_over(sender: Sender) -> None:
    inhibited()
    sender.fire("Down", "db-1")
    sender.fire("Slow", "db-1")
    sender.wait(seconds=1)
    sender.clear("Down", "db-1")
    sender.wait(seconds=1)
    assert sender.alert("Slow", "db-1").incident is not None


def test_consequences_are_heard_when_their_cause_is_not_heard_of_any_more(sender: Sender) -> None:
    inhibited()
    grouped(matchers=read('type="Down"'), auto_resolve=60)
    sender.fire("Down", "db-1")
    sender.fire("Slow", "db-1")
    sender.wait(seconds=1)
    sender.wait(seconds=60)
    assert sender.alert("Slow", "db-1").incident is not None


def test_cause_and_consequence_of_one_moment_are_told_apart(sender: Sender) -> None:
    inhibited()
    sender.say(*({"type": name, "source": "db-1", "message": name} for name in ("Slow", "Down")))
    assert sender.alert("Slow").held
    assert not sender.alert("Down").held


def test_nothing_inhibits_itself(sender: Sender) -> None:
    source = read('type=~"Down|Slow"')
    settings.inhibit(Inhibition(name="All", source=source, target=source, equal=["source"]))
    assert not sender.fire("Down").held
    assert not sender.fire("Slow").held


def inhibited() -> Inhibition:
    return settings.inhibit(
        Inhibition(
            name="Down beats slow",
            source=read('type="Down"'),
            target=read('type="Slow"'),
            equal=["source"],
        )
    )


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=3;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_comes_is_refused_at_once(sender: Sender, rule: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Invalid):
        planned(recurrence=rule)
    assert time.monotonic() - begun < 1
