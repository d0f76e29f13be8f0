"""The public page in a real browser, served by the door alone: no Django, no static server."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from incidents.models import Incident
from incidentsite.dispatch import Dispatcher, not_served_here
from statuspage.door import StatusDoor
from statuspage.models import Component
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
    expect(page.locator("#checkout .story")).to_be_hidden()
    page.locator("#checkout summary").click()
    expect(page.locator("#checkout .story")).to_contain_text("Checkout is down")
    assert page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth") == 0


def test_it_follows_changes_without_a_reload(
    page_in_browser: Page, outage: Incident, publish: Publish
) -> None:
    page = page_in_browser
    expect(page.locator("#as-of")).to_have_text("Up to date. This page refreshes itself.")
    page.locator("#transfers summary").click()
    page.evaluate("window.stayed = true")
    publish(outage, "resolved", "All is well.")
    time.sleep(1.5)  # the door looks once a second
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_contain_text("All systems operational")
    expect(page.locator("#said")).to_contain_text("All systems operational")
    assert "All systems operational" in page.title()
    assert page.locator("#transfers").get_attribute("open") is not None
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
