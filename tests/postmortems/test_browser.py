"""The editor in a real browser: keyboard, preview, citations, conflict, accessibility."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from incidents.models import User
from postmortems.models import PostMortem
from tests.conftest import People
from tests.postmortems.conftest import Write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
T = TypeVar("T")
SizedPage = Callable[[int, str], Page]


def aside(work: Callable[[], T]) -> T:
    """Use the database while a browser is driven: its event loop has taken this thread."""

    def alone() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


@pytest.fixture
def browser_page(
    live_server: LiveServer,
    people: People,
    sign_in: Callable[[User], Client],
) -> Iterator[SizedPage]:
    """A page of the commander, so wide and in that colour scheme; a script error fails the test."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt install chromium, or set CHROMIUM to its path.")
    session = sign_in(people.commander).cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def make(width: int, scheme: str) -> Page:
            context = browser.new_context(
                base_url=live_server.url,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict, all keys right
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        yield make
        browser.close()
    assert errors == []


def test_a_section_is_written_with_the_keyboard_and_cites_a_fact(
    drafted: PostMortem, browser_page: SizedPage
) -> None:
    page = browser_page(1440, "light")
    page.goto(drafted.get_absolute_url())
    assert page.locator("[data-cite='12']").is_disabled()
    page.get_by_role("link", name="Edit Impact").press("Enter")
    page.locator("#body-impact").fill("2,310 shops lost payments.")
    page.locator("[data-cite='12']").click()
    assert page.input_value("#body-impact") == "2,310 shops lost payments. [#12]"
    page.locator("#preview-impact", has_text="2,310").wait_for()
    page.locator("#body-impact").press("Control+Enter")
    page.get_by_text("Saved.").wait_for()
    saved = aside(lambda: str(drafted.sections.get(slug="impact").body))
    assert saved == "2,310 shops lost payments. [#12]"


def test_both_texts_are_on_the_page_after_a_conflict(
    drafted: PostMortem, write: Write, browser_page: SizedPage
) -> None:
    page = browser_page(1440, "light")
    page.goto(f"{drafted.get_absolute_url()}/sections/lessons")
    page.fill("#body-lessons", "Cara was second.")
    aside(lambda: write("lessons", "Tom was first."))
    page.locator("#s-lessons").get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert page.input_value("#theirs-lessons") == "Tom was first."
    assert page.input_value("#body-lessons") == "Cara was second."


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_pages_are_accessible_and_fit(
    drafted: PostMortem, browser_page: SizedPage, width: int, scheme: str
) -> None:
    page, here = browser_page(width, scheme), drafted.get_absolute_url()
    for address in ("/post-mortems", here, f"{here}/sections/impact", "/action-items"):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(address, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address


def test_the_exported_page_runs_nothing_and_fits_a_phone(
    drafted: PostMortem, browser_page: SizedPage
) -> None:
    page = browser_page(390, "light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{drafted.get_absolute_url()}/export/html")
    page.get_by_role("heading", name="Card payments fail at checkout").wait_for()
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
