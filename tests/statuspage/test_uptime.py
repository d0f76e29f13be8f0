"""Availability by month, as the table that customers may take away."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest

from incidents.kernel.actor import Actor
from incidents.pipeline import lifecycle
from statuspage.models import Component, StatusPage
from statuspage.services import maintenance, refresh
from statuspage.services.work import Work
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish

Read = Callable[[], list[dict[str, str]]]


@pytest.fixture
def rows(page: StatusPage, bytes_of: Callable[[str], str]) -> Read:
    def read() -> list[dict[str, str]]:
        StatusPage.objects.update(edition="")
        refresh(page.pk)
        return list(csv.DictReader(StringIO(bytes_of("uptime.csv"))))

    return read


@pytest.fixture
def since(checkout: Component, frozen: FrozenClock) -> Component:
    """Counted from 1 October on; today is 3 November."""
    checkout.known_since = date(2026, 10, 1)
    checkout.save()
    return checkout


def test_each_month_counts_what_was_told_by_the_rule_of_the_page(
    rows: Read, since: Component, declare: Declare, publish: Publish, frozen: FrozenClock
) -> None:
    incident, at = declare(), frozen.at - timedelta(days=10)
    publish(incident, effects={since: "major_outage"}, displayed_at=at)
    publish(incident, "resolved", "Over.", displayed_at=at + timedelta(hours=1))
    november, october = rows()
    assert (november["month"], october["month"]) == ("2026-11", "2026-10")
    assert november["availability_percent"] == "100.00"
    assert october["major_outage_seconds"] == "3600"
    # 1 hour of 744: 99.8656 %, rounded down.
    assert october["availability_percent"] == "99.86"
    assert october["known_seconds"] == str(31 * 86_400)


def test_maintenance_is_left_out_or_counted_and_the_table_says_which(
    rows: Read, since: Component, page: StatusPage, people: People, frozen: FrozenClock
) -> None:
    actor = Actor.of(people.commander)
    work = Work(title="X", starts_at=frozen.at, ends_at=frozen.at + timedelta(hours=2),
                components=[since.pk])  # fmt: skip
    planned = maintenance.announce(page_id=page.pk, work=work, actor=actor)
    maintenance.advance(maintenance_id=planned.pk, state="in_progress", actor=actor)
    frozen.fast_forward(hours=1)
    maintenance.advance(maintenance_id=planned.pk, state="completed", actor=actor)
    assert rows()[0]["maintenance_seconds"] == "3600"
    assert (rows()[0]["availability_percent"], rows()[0]["maintenance"]) == ("100.00", "left out")
    StatusPage.objects.update(maintenance_counts=True)
    assert float(rows()[0]["availability_percent"]) < 99
    assert rows()[0]["maintenance"] == "counted as lost"


def test_nothing_of_a_private_incident_is_counted(
    rows: Read, since: Component, declare: Declare, publish: Publish, people: People
) -> None:
    incident = declare()
    publish(incident, effects={since: "major_outage"})
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=Actor.of(people.commander))
    assert {row["availability_percent"] for row in rows()} == {"100.00"}


def test_a_name_is_no_formula(rows: Read, since: Component) -> None:
    Component.objects.update(name="=HYPERLINK(1)")
    assert rows()[0]["component"] == "'=HYPERLINK(1)"


def test_a_page_that_does_not_tell_has_no_table(
    rows: Read, since: Component, page: StatusPage
) -> None:
    rows()
    StatusPage.objects.update(shows_uptime=False, edition="")
    refresh(page.pk)
    assert not page.snapshots.filter(path="uptime.csv").exists()
