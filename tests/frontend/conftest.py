"""A real browser, signed in, on a page of the console."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from incidents.models import User
from tests.conftest import People

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""


@pytest.fixture
def console(
    live_server: LiveServer, people: People, sign_in: Callable[[User], Client]
) -> Iterator[Page]:
    """The account page of the commander in Chromium; a script error fails the test."""
    if not CHROMIUM:
        reason = "Chromium is not installed: apt install chromium, or set CHROMIUM to its path."
        pytest.fail(reason) if os.environ.get("INCIDENTSITE_REQUIRE_ALL") else pytest.skip(reason)
    session = sign_in(people.commander).cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(timezone_id="Asia/Tokyo").new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict, all keys right
        page.goto(f"{live_server.url}/account")
        yield page
        browser.close()
    assert errors == []
