"""The room in a real browser, by the keyboard, with two people in it."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from tests.browsing import Visits
from tests.conftest import People
from tests.warroom.served import daphne
from warroom.services import chat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[[User, Incident], Page]


@pytest.fixture
def enter_page(browse: Visits) -> Open:
    """`enter_page(user, incident)` waits until the room is live."""

    def enter(user: User, incident: Incident) -> Page:
        page = browse(user, f"/incidents/{incident.reference}")
        _until_live(page)
        return page

    return enter


def _until_live(page: Page) -> None:
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")


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
    browse: Visits, people: People, incident: Incident
) -> None:
    """The server dies while somebody writes; another one takes its place."""
    browse.allow("net::ERR_", "htmx:", "WebSocket connection")
    with daphne() as doomed:
        port = doomed.port
        root = f"http://127.0.0.1:{port}"
        page = browse(people.teammate, f"/incidents/{incident.reference}", root=root)
        _until_live(page)
    expect(page.locator("[data-live]").first).not_to_have_attribute("data-state", "live")
    _say(page, "Still typing")
    expect(page.locator("#log .pending")).to_contain_text("Still typing")
    with daphne(port):
        expect(page.locator("#log .msg:not(.pending)")).to_contain_text(
            "Still typing", timeout=40_000
        )
        expect(page.locator("#log .pending")).to_have_count(0)
        assert chat.Message.objects.count() == 1


def test_a_busy_server_is_sent_four_messages_at_once_and_asked_again_later(
    browse: Visits, people: People, incident: Incident
) -> None:
    page, posts = browse.page(people.teammate), []
    refusing, clients = True, []

    def between(client: WebSocketRoute) -> None:
        server = client.connect_to_server()
        clients.append(client)

        def pass_on(text: str | bytes) -> None:
            told = json.loads(text)
            if told["type"] == "post" and refusing:
                posts.append(told["client_id"])
            else:
                server.send(text)

        client.on_message(pass_on)

    page.route_web_socket("**/ws/incidents/*", between)
    page.goto(f"/incidents/{incident.reference}")
    _until_live(page)
    for number in range(6):
        _say(page, f"message {number}")
    expect(page.locator("#log .msg.pending")).to_have_count(6)
    assert len(posts) == 4
    refusing = False
    for one in posts:
        busy = {"type": "error", "client_id": one, "code": "unavailable", "retry": True}
        clients[0].send(json.dumps({**busy, "message": "", "hint": ""}))
    expect(page.locator("#log .msg:not(.pending)")).to_have_count(6)
    told = [text.strip() for text in page.locator("#log .msg .said").all_inner_texts()]
    assert told == [f"message {number}" for number in range(6)]
