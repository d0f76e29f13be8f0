"""The shared document in real browsers. What the browser complains of, fails: the content security
policy among it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from tests.browsing import Visits
from tests.conftest import People
from tests.warroom.served import daphne
from warroom.models import DocumentVersion
from warroom.selectors import document as reading
from warroom.services import document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Page]


class Line:
    """The document's connection of one page, which can be cut."""

    def __init__(self, page: Page) -> None:
        self._open: list[WebSocketRoute] = []
        self._is_cut = False
        page.route_web_socket(re.compile(r"/document$"), self._route)

    def _route(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close(code=4013)
        else:
            socket.connect_to_server()
            self._open.append(socket)

    def cut(self) -> None:
        self._is_cut = True
        for socket in self._open:
            socket.close(code=4012)

    def mend(self) -> None:
        self._is_cut = False


@pytest.fixture
def open_document(browse: Visits, incident: Incident) -> Open:
    """`open_document(user)` waits until one can write."""

    def visit(user: User, page: Page | None = None, **look: object) -> Page:
        page = page or browse.page(user, **look)  # type: ignore[arg-type]
        page.goto(f"/incidents/{incident.reference}?tab=document")
        expect(page.locator(".cm-content")).to_be_visible()
        return page

    return visit


def _type(page: Page, words: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def _saved(page: Page) -> None:
    expect(page.locator("[data-document-state]")).to_have_text("Saved")


def _lines(page: Page, *lines: str) -> None:
    expect(page.locator(".cm-line")).to_have_text(list(lines))


def test_two_people_write_and_see_each_other_through_two_web_processes(
    browse: Visits, open_document: Open, people: People
) -> None:
    with daphne() as another:
        page = browse.page(people.commander, root=f"http://127.0.0.1:{another.port}")
        tom, cara = open_document(people.teammate), open_document(people.commander, page)
        _write_to_each_other(tom, cara)
        cara.context.close()


def _write_to_each_other(tom: Page, cara: Page) -> None:
    _type(tom, "## Known")
    _saved(tom)
    _lines(cara, "## Known")
    expect(cara.locator(".md-heading").first).to_be_visible()
    expect(cara.locator("[data-document-people]")).to_have_text("Tom Teammate")
    expect(cara.locator(".pen-caret")).to_have_attribute("data-name", "Tom Teammate")
    _type(cara, " by Cara 🚒")
    _lines(tom, "## Known by Cara 🚒")


def test_what_is_written_offline_meets_what_others_wrote(
    browse: Visits, open_document: Open, people: People, incident: Incident
) -> None:
    page = browse.page(people.teammate)
    line = Line(page)
    tom, cara = open_document(people.teammate, page), open_document(people.commander)
    _type(tom, "one\ntwo")
    _lines(cara, "one", "two")
    line.cut()
    _type(tom, "\nby Tom, alone")
    expect(tom.locator("[data-document-state]")).to_contain_text("kept on this device")
    cara.locator(".cm-line").first.click()
    cara.keyboard.press("Home")
    cara.keyboard.type("zero\n")
    _saved(cara)
    line.mend()
    for each in (tom, cara):
        _lines(each, "zero", "one", "two", "by Tom, alone")
    _saved(tom)


def test_edits_that_never_left_the_device_come_back_with_the_page(
    browse: Visits, open_document: Open, people: People
) -> None:
    page = browse.page(people.teammate)
    line = Line(page)
    tom = open_document(people.teammate, page)
    _type(tom, "stored")
    _saved(tom)
    line.cut()
    _type(tom, ", and not yet")
    expect(tom.locator("[data-document-state]")).to_contain_text("kept on this device")
    line.mend()
    tom.reload()
    _lines(tom, "stored, and not yet")
    _saved(tom)
    tom.wait_for_function("!Object.keys(localStorage).some(k => k.startsWith('document:'))")


def test_who_comes_after_all_have_left_sees_the_text(
    open_document: Open, people: People, incident: Incident
) -> None:
    tom = open_document(people.teammate)
    _type(tom, "Left behind")
    _saved(tom)
    tom.context.close()
    cara = open_document(people.commander)
    _lines(cara, "Left behind")


def test_an_older_version_comes_back_for_everybody(
    browse: Visits, open_document: Open, people: People, incident: Incident
) -> None:
    for text in ("first\n", "second\n"):
        document.replace(incident_id=incident.pk, text=text, actor=Actor.of(people.commander))
    tom, cara = open_document(people.teammate), open_document(people.commander)
    cara.get_by_role("link", name="History").click()
    cara.get_by_role("link", name="Version 1", exact=True).click()
    expect(cara.locator(".diff-added")).to_contain_text("second")
    cara.get_by_role("button", name="Bring it back").click()
    cara.get_by_role("dialog").get_by_role("button", name="Bring it back").click()
    for page in (tom, cara):
        _lines(page, "first", "")
    assert DocumentVersion.objects.count() == 3


def test_an_observer_sees_it_change_and_cannot_write(
    open_document: Open, people: People, incident: Incident
) -> None:
    olga, tom = open_document(people.observer), open_document(people.teammate)
    expect(olga.locator(".cm-content")).to_have_attribute("contenteditable", "false")
    _type(tom, "for all")
    _lines(olga, "for all")
    expect(olga.locator("[data-document-state]")).to_contain_text("Responders write")


def test_undo_takes_back_ones_own_words_only(open_document: Open, people: People) -> None:
    tom, cara = open_document(people.teammate), open_document(people.commander)
    _type(tom, "mine ")
    _lines(cara, "mine ")
    _type(cara, "yours")
    _lines(tom, "mine yours")
    tom.locator(".cm-content").click()
    tom.keyboard.press("Control+z")
    for page in (tom, cara):
        _lines(page, "yours")


def test_a_template_appears_where_everybody_writes(
    open_document: Open, people: People, incident: Incident
) -> None:
    tom = open_document(people.teammate)
    tom.locator(".doc-picks > summary").click()
    tom.get_by_role("button", name="Know, tried, next").click()
    expect(tom.locator(".cm-line").first).to_have_text("## What we know")
    tom.get_by_role("link", name="Overview").click()
    expect(tom.locator("[data-document]")).to_have_count(0)
    tom.get_by_role("link", name="Document").first.click()
    expect(tom.locator(".cm-line").first).to_have_text("## What we know")
    row = reading.of_incident(incident.pk)
    assert reading.text_of(row).startswith("## What we know")
