"""The room on a phone, beside somebody at a desk."""

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.browsing import Visits
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(browse: Visits, people: People, incident: Incident) -> Page:
    return _live(browse(people.commander, f"/incidents/{incident.reference}"))


@pytest.fixture
def phone(browse: Visits, people: People, incident: Incident) -> Page:
    path = f"/incidents/{incident.reference}"
    return _live(browse(people.teammate, path, width=390, height=844))


def _live(page: Page) -> Page:
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
    return page


def _show(page: Page, part: str) -> None:
    page.get_by_role("navigation", name="Parts of the war room").get_by_text(part).click()


def test_one_acknowledges_and_talks_with_the_thumb(phone: Page, desk: Page) -> None:
    phone.get_by_role("button", name="Acknowledge").click()
    expect(desk.locator("#head")).to_contain_text("Acknowledged")
    phone.get_by_label("Message INC").fill("on my way to a laptop")
    phone.get_by_role("button", name="Send").click()
    expect(desk.locator("#log")).to_contain_text("on my way to a laptop")
    desk.get_by_label("Message INC").fill("take your time")
    desk.keyboard.press("Enter")
    expect(phone.get_by_text("take your time")).to_be_in_viewport()
    expect(phone.get_by_label("Message INC")).to_be_in_viewport()


def test_one_part_is_shown_at_a_time_and_nothing_sticks_out(phone: Page, desk: Page) -> None:
    chat, details, around = (phone.locator(each) for each in (".chat", "#details", "#around"))
    for part, shown, hidden in (
        ("Details", details, (chat, around)),
        ("Around", around, (chat, details)),
        ("Chat", chat, (details, around)),
    ):
        _show(phone, part)
        expect(shown).to_be_visible()
        for other in hidden:
            expect(other).to_be_hidden()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    _show(phone, "Around")
    expect(phone.locator("#people li")).to_have_count(2)


def test_what_happens_at_the_desk_is_seen_whatever_the_phone_shows(phone: Page, desk: Page) -> None:
    _show(phone, "Details")
    field = desk.get_by_label("Message INC")
    field.fill("/severity P0 money is lost")
    desk.keyboard.press("Enter")
    expect(phone.locator("#head")).to_contain_text("P0")
    _show(phone, "Chat")
    expect(phone.locator("#log .fact").last).to_contain_text("raised the severity from P1 to P0")
