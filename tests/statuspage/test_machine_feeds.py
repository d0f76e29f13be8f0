"""Feeds and the calendar: valid by the rules of their formats, and true."""

from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.db.models import F
from lxml import etree

from incidents.kernel import clock
from incidents.models import Incident, Service
from statuspage.models import Component, Maintenance, MaintenanceUpdate, StatusPage
from statuspage.services import refresh
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).parent / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
Parsed = Any
Render = Callable[[str], bytes]


@pytest.fixture
def outage(declare: Declare, service: Service, publish: Publish, checkout: Component) -> Incident:
    incident = declare("db-7", severity="P0", service=service)
    body = 'Not ]]> & "quiet" <script>alert(1)</script> \x0b [x](javascript:alert(1))'
    publish(incident, "investigating", body, {checkout: "major_outage"}, title="Checkout & co <b>")
    publish(incident, "identified", "We found **it**.")
    return incident


@pytest.fixture
def upgrade(page: StatusPage, checkout: Component) -> Maintenance:
    now = clock.now()
    row = Maintenance.objects.create(
        page=page,
        title="Database; upgrade, phase ünö " + "x" * 80,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        author_name="Cara",
        created_at=now,
    )
    row.components.add(checkout)
    MaintenanceUpdate.objects.create(
        maintenance=row, kind="announced", state="scheduled", body="Planned.", created_at=now
    )
    return row


@pytest.fixture
def rendered(page: StatusPage) -> Render:
    def read(path: str) -> bytes:
        StatusPage.objects.filter(pk=page.pk).update(version=F("version") + 1)
        refresh(page.pk)
        return bytes(page.snapshots.get(path=path).body)

    return read


def parsed(body: bytes) -> Parsed:
    return etree.fromstring(body)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_it_keeps_the_rules_of_feeds(
    rendered: Render, outage: Incident, upgrade: Maintenance, kind: str
) -> None:
    rules = etree.RelaxNG(etree.parse(str(SCHEMAS / f"{kind}.rng")))
    feed = parsed(rendered(f"history.{kind}"))
    rules.validate(feed)
    assert [str(error) for error in rules.error_log] == []


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_it_knows_a_broken_feed(rendered: Render, outage: Incident, kind: str) -> None:
    """The rules themselves are tried: a feed without a title must not pass them."""
    rules = etree.RelaxNG(etree.parse(str(SCHEMAS / f"{kind}.rng")))
    feed = parsed(rendered(f"history.{kind}"))
    for title in feed.xpath("//*[local-name()='title']"):
        title.getparent().remove(title)
    assert not rules.validate(feed)


def test_it_names_each_entry_once_and_links_in_full(
    rendered: Render, outage: Incident, upgrade: Maintenance, page: StatusPage
) -> None:
    feed = parsed(rendered("history.atom"))
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 2
    links = [link.get("href") or "" for link in feed.iter(f"{ATOM}link")]
    assert all(link.startswith(page.public_url) for link in links)
    items = parsed(rendered("history.rss")).findall(".//item")
    assert {item.findtext("guid") for item in items} == set(ids)


def test_it_carries_what_was_said_and_nothing_that_runs(rendered: Render, outage: Incident) -> None:
    item = parsed(rendered("history.rss")).find(".//item")
    assert item is not None
    assert item.findtext("title") == "Checkout & co <b>"
    html = item.findtext("description") or ""
    assert "We found <strong>it</strong>." in html
    assert "<script" not in html
    assert "javascript:" not in html


def test_it_tells_no_feed_of_a_private_incident(rendered: Render, outage: Incident) -> None:
    Incident.objects.update(private=True)
    for path in ("history.rss", "history.atom", "api/v2/incidents.json", "embed"):
        assert b"Checkout &amp; co" not in rendered(path)
        assert b"Checkout & co" not in rendered(path)


def events(body: bytes) -> list[Any]:
    found = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert [event.errors for event in found] == [[] for _ in found]
    return [*found]


def test_it_has_a_calendar_that_comes_back_as_it_was(
    rendered: Render, upgrade: Maintenance, page: StatusPage
) -> None:
    body = rendered("maintenance.ics")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    event = events(body)[0]
    assert event["summary"] == f"Ferrybank: {upgrade.title}"
    whole = upgrade.starts_at.astimezone(UTC).replace(microsecond=0)
    assert event.decoded("dtstart") == whole
    assert event["url"] == f"{page.public_url}/{upgrade.path}"
    assert "Online checkout" in event["description"]


def test_it_moves_and_cancels_an_event_under_the_same_name(
    rendered: Render, upgrade: Maintenance
) -> None:
    first = events(rendered("maintenance.ics"))[0]
    Maintenance.objects.update(sequence=2, state="cancelled")
    second = events(rendered("maintenance.ics"))[0]
    assert second["uid"] == first["uid"]
    assert (second["sequence"], second["status"]) == (2, "CANCELLED")
