"""Runbooks in a real browser: ticks by the keyboard, words that survive, the preview."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from incidents.kernel.actor import Actor
from incidents.models import User
from runbooks import services
from runbooks.models import RunbookRun
from tests.conftest import Declare, People
from tests.runbooks.conftest import Write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
Open = Callable[..., Page]


@pytest.fixture
def browse(
    live_server: LiveServer, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """`browse(user, "/runbooks", width=390, scheme="dark")`; a script error fails the test."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt install chromium, or set CHROMIUM to its path.")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def browse(
            user: User, path: str, *, width: int = 1440, scheme: str = "light", js: bool = True
        ) -> Page:
            context = browser.new_context(
                base_url=live_server.url,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                java_script_enabled=js,
            )
            key = sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(path)
            return page

        yield browse
        browser.close()
        # While Playwright runs its loop, Django keeps a connection for it beside the usual one.
        connections.close_all()
    assert errors == []


@pytest.fixture
def run(write: Write, declare: Declare, people: People) -> RunbookRun:
    return services.start(
        incident_id=declare("Disk full").pk,
        runbook_id=write("Disk", "title: disk").pk,
        actor=Actor.of(people.commander),
    )


def test_a_step_is_ticked_by_the_keyboard_and_keeps_the_focus(
    browse: Open, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/incident/{run.incident.reference}")
    box = page.get_by_role("checkbox", name="1. See which disk")
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(page.get_by_text("Tom Teammate, ")).to_be_visible()
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    # The work of the next step opens by itself.
    expect(page.get_by_text("Oldest logs first.")).to_be_visible()


def test_what_somebody_types_survives_the_ticks_of_others(
    browse: Open, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/incident/{run.incident.reference}")
    page.get_by_text("Done, with a note").click()
    note = page.get_by_role("textbox", name="Note on step 1")
    note.fill("half a sentence")
    services.tick(run_id=run.pk, index=2, done=True, actor=Actor.of(people.commander))
    page.evaluate("htmx.trigger('#runbook-panel', 'refresh')")
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(note).to_have_value("half a sentence")
    expect(note).to_be_focused()
    page.get_by_role("button", name="Tick with this note").click()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    expect(page.locator("p", has_text="half a sentence")).to_be_visible()


def test_without_script_a_step_is_ticked_by_a_button(
    browse: Open, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/runs/{run.pk}", js=False)
    page.locator(f"#tick-{run.pk}-1").check()
    page.locator(f"#do-{run.pk}-1 button").click()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()


def test_the_preview_follows_the_text(browse: Open, run: RunbookRun, people: People) -> None:
    page = browse(people.admin, f"/admin/runbooks/runbook/{run.runbook_id}/change/")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_text("3 steps")).to_be_visible()
    page.locator("textarea[name=body]").fill("## One\n\n<img src=x onerror=alert(1)>")
    expect(preview.get_by_text("1 step", exact=True)).to_be_visible()
    assert preview.locator("img").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    browse: Open, run: RunbookRun, people: People, width: int, scheme: str
) -> None:
    paths = ("/runbooks", "/runbooks/disk", "/runbooks/disk/history", f"/runbooks/runs/{run.pk}")
    for path in (*paths, f"/runbooks/incident/{run.incident.reference}"):
        page = browse(people.teammate, path, width=width, scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
