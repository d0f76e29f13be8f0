"""The room in a real browser, by the keyboard, with two people in it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from tests.conftest import People
from tests.warroom.served import Served, daphne
from warroom.services import chat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Served]:
    with daphne() as running:
        yield running


@pytest.fixture
def enter_page(
    served: Served, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """`enter_page(user, incident)` waits until the room is live; script errors fail the test."""
    if not CHROMIUM:
        reason = "Chromium is not installed: apt install chromium, or set CHROMIUM to its path."
        pytest.fail(reason) if os.environ.get("INCIDENTSITE_REQUIRE_ALL") else pytest.skip(reason)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def enter(user: User, incident: Incident, *, width: int = 1440, scheme: str = "") -> Page:
            url = f"http://127.0.0.1:{served.port}"
            dark = scheme == "dark"
            context = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
            )
            key = sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": "sessionid", "value": key, "url": url}])
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: _note(said.text, errors))
            page.goto(f"/incidents/{incident.reference}")
            expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
            return page

        yield enter
        browser.close()
        # While Playwright runs its loop, Django keeps a connection for it beside the usual one.
        connections.close_all()
    assert errors == []


def _note(said: str, errors: list[str]) -> None:
    if "Content Security Policy" in said:
        errors.append(said)


def _say(page: Page, text: str) -> None:
    page.get_by_label("Message INC").fill(text)
    page.keyboard.press("Enter")


def test_what_one_says_the_other_reads_at_once(
    enter_page: Open, people: People, incident: Incident
) -> None:
    tom, cara = enter_page(people.teammate, incident), enter_page(people.commander, incident)
    _say(tom, "@cara it is **not** the database")
    for page in (tom, cara):
        expect(page.locator("#log .msg:not(.pending) .said strong")).to_have_text("not")
        expect(page.locator("#log .msg")).to_have_count(1)
    expect(cara.locator("#log .msg")).to_have_class("msg to-me")
    expect(tom.locator("#log .msg")).to_have_class("msg mine")
    expect(cara.locator(".mention")).to_have_text("@cara")


def test_the_last_message_is_edited_by_the_arrow_key(
    enter_page: Open, people: People, incident: Incident
) -> None:
    tom, cara = enter_page(people.teammate, incident), enter_page(people.commander, incident)
    _say(tom, "it is the cahce")
    expect(tom.locator("#log .msg:not(.pending)")).to_have_count(1)
    tom.keyboard.press("ArrowUp")
    edit = tom.get_by_label("Edit the message")
    expect(edit).to_have_value("it is the cahce")
    edit.fill("it is the cache")
    tom.keyboard.press("Enter")
    for page in (tom, cara):
        expect(page.locator("#log .said")).to_have_text("it is the cache")
        expect(page.locator("#log .by")).to_contain_text("edited")
    expect(tom.get_by_label("Message INC")).to_be_focused()


def test_a_command_is_completed_by_the_keyboard_and_changes_every_page(
    enter_page: Open, people: People, incident: Incident
) -> None:
    tom, cara = enter_page(people.teammate, incident), enter_page(people.commander, incident)
    field = cara.get_by_label("Message INC")
    field.press_sequentially("/se")
    option = cara.get_by_role("option", name="/severity")
    expect(option).to_have_attribute("aria-selected", "true")
    cara.keyboard.press("Enter")
    expect(field).to_have_value("/severity ")
    field.press_sequentially("P0 money is lost")
    cara.keyboard.press("Enter")
    for page in (tom, cara):
        expect(page.locator("#log .fact").last).to_contain_text("raised the severity from P1 to P0")
        expect(page.locator("#head")).to_contain_text("P0")
    expect(cara.locator("#log .pending")).to_have_count(0)


def test_a_command_that_fails_comes_back_with_the_reason(
    enter_page: Open, people: People, incident: Incident
) -> None:
    cara = enter_page(people.commander, incident)
    _say(cara, "/status nowhere")
    expect(cara.locator("#flashes")).to_contain_text("There is no state 'nowhere'")
    expect(cara.get_by_label("Message INC")).to_have_value("/status nowhere")
    expect(cara.locator("#log .pending")).to_have_count(0)


def test_everybody_sees_who_is_here(enter_page: Open, people: People, incident: Incident) -> None:
    tom = enter_page(people.teammate, incident)
    cara = enter_page(people.commander, incident)
    for page in (tom, cara):
        expect(page.locator("#people li")).to_have_count(2)
    cara.context.close()
    expect(tom.locator("#people li")).to_have_count(1)
    expect(tom.locator("#people-count")).to_have_text("1")


def test_an_observer_reads_and_has_nothing_to_write_with(
    enter_page: Open, people: People, incident: Incident
) -> None:
    olga, tom = enter_page(people.observer, incident), enter_page(people.teammate, incident)
    _say(tom, "Looking into it")
    expect(olga.locator("#log .msg")).to_contain_text("Looking into it")
    expect(olga.locator("#chat")).to_contain_text("Responders write")
    assert olga.locator("textarea#say").count() == 0


def test_new_messages_wait_below_for_somebody_who_reads_above(
    enter_page: Open, people: People, incident: Incident
) -> None:
    for number in range(60):
        chat.post(
            incident_id=incident.pk, body=f"earlier {number}", actor=Actor.of(people.stranger)
        )
    cara, tom = enter_page(people.commander, incident), enter_page(people.teammate, incident)
    cara.locator(".log").evaluate("box => box.scrollTo(0, -400)")
    _say(tom, "the news")
    expect(cara.locator("#unseen")).to_have_text("1 new")
    expect(cara.locator(".unread + .msg")).to_contain_text("the news")
    assert cara.locator(".log").evaluate("box => box.scrollTop") < -300
    cara.locator("#unseen").click()
    expect(cara.locator("#unseen")).to_be_hidden()
    expect(cara.get_by_text("the news")).to_be_in_viewport()
    cara.get_by_text("Show earlier").click()
    expect(cara.locator("#log .msg")).to_have_count(61)
    expect(cara.locator("#older")).to_have_count(0)


def test_what_is_written_without_a_connection_is_sent_once_it_is_back(
    enter_page: Open, people: People, incident: Incident, served: Served
) -> None:
    """The server dies while somebody writes; another one takes its place."""
    with daphne() as doomed:
        page = enter_page(people.teammate, incident)
        page.goto(f"http://127.0.0.1:{doomed.port}/incidents/{incident.reference}")
        expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
        port = doomed.port
    expect(page.locator("[data-live]").first).not_to_have_attribute("data-state", "live")
    _say(page, "Still typing")
    expect(page.locator("#log .pending")).to_contain_text("Still typing")
    with daphne(port):
        expect(page.locator("#log .msg:not(.pending)")).to_contain_text(
            "Still typing", timeout=40_000
        )
        expect(page.locator("#log .pending")).to_have_count(0)
        assert chat.Message.objects.count() == 1


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(
    enter_page: Open, people: People, incident: Incident, width: int, scheme: str
) -> None:
    actor = Actor.of(people.stranger)
    chat.post(incident_id=incident.pk, body="`code`, *words* and @cara", actor=actor)
    page = enter_page(people.commander, incident, width=width, scheme=scheme)
    expect(page.locator("#people li")).to_have_count(1)
    found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in serious]
