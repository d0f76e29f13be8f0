"""The public page in a real browser, served by the door alone: no Django, no static server."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright

from incidents.models import Incident
from incidentsite.dispatch import Dispatcher, not_served_here
from statuspage.door import StatusDoor
from statuspage.models import Component
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""


def elsewhere(work: Callable[[], object]) -> None:
    """Do it in another thread: Playwright's loop runs in this one, where the ORM must not be."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


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
def browser(served: Served) -> Iterator[Browser]:
    """Starts when all rows are there (see `elsewhere`)."""
    if not CHROMIUM:
        reason = "Chromium is not installed: apt install chromium, or set CHROMIUM to its path."
        pytest.fail(reason) if os.environ.get("INCIDENTSITE_REQUIRE_ALL") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page_in_browser(browser: Browser, served: Served) -> Iterator[Page]:
    """The page, loaded; what the browser complains of (scripts, policy) fails the test."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served.url)
    yield page
    assert [text for text in complaints if "ERR_CONNECTION_REFUSED" not in text] == []


def test_it_is_complete_without_script_on_a_small_screen(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(served.url)
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
    elsewhere(lambda: publish(outage, "resolved", "All is well."))
    time.sleep(1.5)  # the door looks once a second
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_contain_text("All systems operational")
    expect(page.locator("#said")).to_contain_text("All systems operational")
    assert "All systems operational" in page.title()
    assert page.locator("#transfers").get_attribute("open") is not None
    assert page.evaluate("window.stayed") is True


def test_it_says_when_the_server_cannot_be_reached(page_in_browser: Page, served: Served) -> None:
    expect(page_in_browser.locator("#as-of")).to_contain_text("Up to date")
    served.stop()
    page_in_browser.evaluate("dispatchEvent(new Event('online'))")
    expect(page_in_browser.locator("#as-of")).to_contain_text("We cannot reach the server")
    expect(page_in_browser.locator("h1")).to_have_text("Checkout is down")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "/history", "/nowhere"])
def test_nothing_stands_in_the_way_of_anybody(
    browser: Browser, served: Served, theme: str, path: str
) -> None:
    context = browser.new_context(color_scheme="dark" if theme == "dark" else "light")
    page = context.new_page()
    page.goto(served.url + path)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
