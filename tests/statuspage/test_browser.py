"""The public page in a real browser, served by the door alone: no Django, no static server."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from incidents.kernel import clock
from incidents.models import Incident
from incidentsite.dispatch import Dispatcher, not_served_here
from statuspage.door import StatusDoor
from statuspage.models import Component, ComponentGroup, PublicIncident
from statuspage.services.snapshots import changed
from tests.browsing import Visits
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Served:
    server: uvicorn.Server
    thread: threading.Thread
    url: str

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def outage(
    declare: Declare, publish: Publish, checkout: Component, transfers: Component
) -> Incident:
    incident = declare()
    effects = {checkout: "major_outage"}
    publish(incident, "identified", "We **found** it.", effects, title="Checkout is down")
    return incident


@pytest.fixture
def served(outage: Incident, tmp_path: Path) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    door = Dispatcher(doors=(StatusDoor(folder=tmp_path),), rest=not_served_here)
    config = uvicorn.Config(door, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    served = Served(server, thread, f"http://127.0.0.1:{port}/status")
    yield served
    served.stop()


@pytest.fixture
def page_in_browser(browse: Visits, served: Served) -> Page:
    return browse(None, "", root=served.url)


def test_it_is_complete_without_script_on_a_small_screen(browse: Visits, served: Served) -> None:
    page = browse(None, "", root=served.url, script=False, width=320, height=640)
    expect(page.locator("h1")).to_have_text("Checkout is down")
    expect(page.locator(".updates")).to_contain_text("We found it.")
    expect(page.locator("#as-of time")).to_contain_text("UTC")
    expect(page.locator("#component-checkout .story")).to_be_hidden()
    page.locator("#component-checkout summary").click()
    expect(page.locator("#component-checkout .story")).to_contain_text("Checkout is down")
    assert page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth") == 0


def test_it_follows_changes_without_a_reload(
    page_in_browser: Page, outage: Incident, publish: Publish
) -> None:
    page = page_in_browser
    expect(page.locator("#as-of")).to_have_text("Up to date. This page refreshes itself.")
    page.locator("#component-transfers summary").click()
    page.evaluate("window.stayed = true")
    publish(outage, "resolved", "All is well.")
    time.sleep(1.5)  # the door looks once a second
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_contain_text("All systems operational")
    expect(page.locator("#said")).to_contain_text("All systems operational")
    assert "All systems operational" in page.title()
    assert page.locator("#component-transfers").get_attribute("open") is not None
    assert page.evaluate("window.stayed") is True


def test_it_says_when_the_server_cannot_be_reached(
    browse: Visits, page_in_browser: Page, served: Served
) -> None:
    browse.allow("net::ERR_")
    expect(page_in_browser.locator("#as-of")).to_contain_text("Up to date")
    served.stop()
    page_in_browser.evaluate("dispatchEvent(new Event('online'))")
    expect(page_in_browser.locator("#as-of")).to_contain_text("We cannot reach the server")
    expect(page_in_browser.locator("h1")).to_have_text("Checkout is down")


def test_a_days_story_is_told_at_a_tap_and_by_the_arrow_keys(page_in_browser: Page) -> None:
    page = page_in_browser
    tip = page.locator(".tip")
    page.locator("#component-checkout summary").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("Major outage")
    expect(page.locator("#said")).to_contain_text("Major outage")
    page.keyboard.press("Home")
    expect(tip).to_contain_text("No data")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    bars = page.locator("#component-checkout .bars")
    box = bars.bounding_box()
    assert box is not None
    bars.click(position={"x": box["width"] - 2, "y": 15})
    expect(tip).to_contain_text("Major outage")
    expect(page.locator("#component-checkout .story")).to_be_visible()


def test_folded_groups_stay_folded_until_something_in_them_breaks(
    browse: Visits, served: Served, outage: Incident, publish: Publish, transfers: Component
) -> None:
    group = ComponentGroup.objects.create(page=transfers.page, name="Banking")
    Component.objects.filter(pk=transfers.pk).update(group=group)
    changed([transfers.page])
    time.sleep(1.5)
    page = browse(None, "", root=served.url)
    fold = page.locator(f"#group-{group.pk}")
    fold.locator("> summary").click()
    publish(outage, "monitoring", "Nearly.")
    time.sleep(1.5)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".updates")).to_contain_text("Nearly.")
    assert fold.get_attribute("open") is None
    publish(outage, "monitoring", "No.", {transfers: "degraded"})
    time.sleep(1.5)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".updates")).to_contain_text("No.")
    assert fold.get_attribute("open") is not None


def test_the_history_is_searched_over_all_years(
    browse: Visits, served: Served, outage: Incident, declare: Declare, publish: Publish
) -> None:
    old = publish(declare(), "resolved", "Over.", title="Terminals lost their connection")
    past = clock.now() - timedelta(days=800)
    rows = PublicIncident.objects.filter(pk=old.public_incident_id)
    rows.update(started_at=past, resolved_at=past)
    changed([old.public_incident.page])
    time.sleep(1.5)
    page = browse(None, "/status/history", root=served.url.removesuffix("/status"))
    expect(page.locator(".month").first).to_be_visible()
    page.get_by_label("Search all history").fill("lost TERMINALS")
    expect(page.locator("#hits li")).to_have_count(1)
    expect(page.locator("#hits")).to_contain_text("Terminals lost their connection")
    expect(page.locator(".month").first).to_be_hidden()
    page.get_by_label("Search all history").fill("nothing like this")
    expect(page.locator("#found")).to_have_text("Nothing found.")
    page.get_by_label("Search all history").fill("")
    expect(page.locator(".month").first).to_be_visible()


def test_without_script_the_history_is_a_list_with_its_years(
    browse: Visits, served: Served
) -> None:
    root = served.url.removesuffix("/status")
    page = browse(None, "/status/history", root=root, script=False)
    expect(page.locator(".search")).to_be_hidden()
    page.locator(".months-nav [data-year]").first.click()
    expect(page.locator("h1")).to_contain_text(str(clock.now().year))
    expect(page.locator(".month .events")).to_contain_text("Checkout is down")


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_it_reads_from_right_to_left(browse: Visits, served: Served, width: int) -> None:
    page = browse(None, "", root=served.url, width=width)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    row = page.locator("#component-checkout .row")
    icon, word = (row.locator(one).bounding_box() for one in (".icon", ".word"))
    assert icon is not None
    assert word is not None
    assert icon["x"] > word["x"]


def test_it_is_whole_on_paper(browse: Visits, served: Served) -> None:
    page = browse(None, "", root=served.url)
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#component-checkout .bars")).to_be_visible()
    expect(page.locator(".top nav")).to_be_hidden()
    assert page.pdf().startswith(b"%PDF")


def test_states_are_told_apart_in_forced_colours(browse: Visits, served: Served) -> None:
    page = browse(None, "", root=served.url)
    page.emulate_media(forced_colors="active")
    colours = "e => getComputedStyle(e).fill"
    bars = page.locator("#component-checkout .bars")
    assert bars.locator(".major").evaluate(colours) != bars.locator(".none").evaluate(colours)
    frame = page.locator(".now").evaluate("e => getComputedStyle(e).borderTopWidth")
    assert frame == "2px"
