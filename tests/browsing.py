"""Pages in a real browser: `browse(people.commander, "/alerts", width=390, scheme="dark")`.

One Chromium and one web process, Daphne as `manage.py up` starts it, serve all tests of the run.
What the browser complains of fails the test: errors of scripts, whatever it reports as an error on
its console, and with that each breach of the content security policy.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, TypedDict, Unpack
from unittest import mock

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from incidents.models import User
from tests.warroom.served import Served, daphne

NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING: Final = "Chromium is not installed: apt install chromium, or set CHROMIUM to its path."
Scheme = Literal["light", "dark"]
SignIn = Callable[[User], Client]


class Look(TypedDict, total=False):
    width: int
    height: int
    scheme: Scheme
    script: bool
    zone: str
    locale: str


class Chromium:
    """The browser of the run, at rest but for the tests that drive it.

    While it is driven, Playwright's event loop counts as the running one of this thread. Tests
    with a loop of their own may come next: at rest nothing runs.
    """

    def __init__(self, path: str) -> None:
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._browser = self._playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        asyncio._set_running_loop(None)

    @contextmanager
    def driven(self) -> Iterator[Browser]:
        # Django would refuse its database to a thread with a running loop.
        with mock.patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}):
            asyncio._set_running_loop(self._loop)
            try:
                yield self._browser
                # Under the loop Django keeps connections of their own.
                connections.close_all()
            finally:
                asyncio._set_running_loop(None)

    def close(self) -> None:
        with self.driven():
            self._browser.close()
            self._playwright.stop()


class Visits:
    """Opens pages, each in a browser profile of its own, and collects the complaints."""

    def __init__(self, browser: Browser, root: str, sign_in: SignIn) -> None:
        self._browser = browser
        self._root = root
        self._sign_in = sign_in
        self._contexts: list[BrowserContext] = []
        self._allowed: list[str] = []
        self._complaints: list[str] = []

    def __call__(
        self, user: User | None, path: str, *, root: str = "", **look: Unpack[Look]
    ) -> Page:
        page = self.page(user, root=root, **look)
        page.goto(path)
        return page

    def page(self, user: User | None, *, root: str = "", **look: Unpack[Look]) -> Page:
        """An empty page of `user`, or of somebody who is not signed in."""
        root = root or self._root
        context = self._browser.new_context(
            base_url=root,
            viewport={"width": look.get("width", 1440), "height": look.get("height", 900)},
            color_scheme=look.get("scheme", "light"),
            java_script_enabled=look.get("script", True),
            timezone_id=look.get("zone", "UTC"),
            locale=look.get("locale", "en-GB"),
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        context.on("weberror", lambda raised: self._complaints.append(str(raised.error)))
        context.on("console", lambda said: self._hear(said.type, said.text, said.location["url"]))
        if user is not None:
            name = settings.SESSION_COOKIE_NAME
            key = self._sign_in(user).cookies[name].value
            context.add_cookies([{"name": name, "value": key, "url": root}])
        return context.new_page()

    def _hear(self, kind: str, text: str, url: str) -> None:
        if kind == "error":
            self._complaints.append(f"{text} ({url})")

    def allow(self, *words: str) -> None:
        """Complaints with these words belong to what the test does."""
        self._allowed += words

    def complaints(self) -> list[str]:
        """What it complained of since the last call, but for what is allowed."""
        found = [c for c in self._complaints if not any(word in c for word in self._allowed)]
        self._complaints.clear()
        return found

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def _path() -> str:
    found = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROMIUM") or next(filter(None, found), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    path = _path()
    if not path:
        pytest.skip(MISSING)
    chromium = Chromium(path)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def web_process(django_db_setup: None) -> Iterator[Served]:
    with daphne() as running:
        yield running


@contextmanager
def visits(chromium: Chromium, web_process: Served, sign_in: SignIn) -> Iterator[Visits]:
    with chromium.driven() as browser:
        visits = Visits(browser, f"http://127.0.0.1:{web_process.port}", sign_in)
        yield visits
        visits.close()
    if found := visits.complaints():
        pytest.fail("\n".join(["The browser complains:", *found]))


@pytest.fixture
def browse(chromium: Chromium, web_process: Served, sign_in: SignIn) -> Iterator[Visits]:
    with visits(chromium, web_process, sign_in) as opened:
        yield opened
