"""Two people and the messages of a room: a thread, a reaction, a deletion, what is new, a link."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from tests.browsing import Visits
from tests.conftest import People
from warroom.models import ReadMark
from warroom.services import chat, reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Page]


@pytest.fixture
def enter_page(browse: Visits) -> Open:
    def enter(user: User, incident: Incident, query: str = "") -> Page:
        page = browse(user, f"/incidents/{incident.reference}{query}")
        expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
        return page

    return enter


def _talk(incident: Incident, who: User, *bodies: str) -> list[int]:
    actor = Actor.of(who)
    return [chat.post(incident_id=incident.pk, body=body, actor=actor).seq for body in bodies]


def test_a_thread_a_reaction_and_a_deletion_reach_the_other_one(
    enter_page: Open, people: People, incident: Incident
) -> None:
    (seq,) = _talk(incident, people.teammate, "It is the cache")
    tom, cara = enter_page(people.teammate, incident), enter_page(people.commander, incident)
    row = cara.locator(f"#m-{seq}")
    row.locator("[data-more]").focus()
    cara.keyboard.press("Enter")
    cara.get_by_role("button", name="Reply in a thread").focus()
    cara.keyboard.press("Enter")
    reply = cara.get_by_label("Reply", exact=True)
    expect(reply).to_be_focused()
    reply.press_sequentially("Are you sure, @to")
    expect(cara.get_by_role("option", name="@tom")).to_have_attribute("aria-selected", "true")
    cara.keyboard.press("Enter")
    expect(reply).to_have_value("Are you sure, @tom ")
    cara.keyboard.press("Enter")
    expect(cara.locator(f"#r-{seq + 1} .mention")).to_have_text("@tom")
    expect(tom.locator(f"#m-{seq} .thread")).to_contain_text("1 reply, last")
    expect(tom.locator(f"#m-{seq + 1}")).to_have_count(0)
    cara.keyboard.press("Escape")
    expect(cara.locator("#chat-panel")).to_be_hidden()

    tom.locator(f"#m-{seq}").hover()
    tom.locator(f"#m-{seq} [data-more]").click()
    tom.get_by_role("button", name="eyes").first.click()
    expect(row.locator(".reaction")).to_have_attribute("data-handles", "tom")
    row.locator(".reaction").click()
    expect(tom.locator(f"#m-{seq} .reaction .n")).to_have_text("2")

    cara.locator(f"#m-{seq} [data-more]").click()
    cara.get_by_role("button", name="Delete", exact=True).click()
    cara.get_by_role("button", name="Delete it").click()
    for page in (tom, cara):
        expect(page.locator(f"#m-{seq}")).to_contain_text("message deleted by Cara Commander")
        expect(page.locator("#log")).not_to_contain_text("It is the cache")


def test_what_is_new_is_the_same_on_every_device(
    enter_page: Open, people: People, incident: Incident
) -> None:
    seqs = _talk(incident, people.teammate, *(f"message {n}" for n in range(70)))
    reading.mark(user=people.commander, incident=incident, seq=seqs[9])
    laptop = enter_page(people.commander, incident)
    expect(laptop.locator("#new-since")).to_have_text("60 new")
    expect(laptop.locator(f"#m-{seqs[-1]}")).to_be_in_viewport()
    laptop.locator("#new-since").click()
    expect(laptop.locator(f"#m-{seqs[10]}")).to_be_in_viewport()
    expect(laptop.locator(".unread + .msg")).to_have_id(f"m-{seqs[10]}")
    expect(laptop).to_have_url(re.compile(rf"message={seqs[10]}#m-{seqs[10]}$"))
    laptop.get_by_text("Show later").click()
    expect(laptop.locator(f"#m-{seqs[-1]}")).to_have_count(1)
    laptop.close()
    assert ReadMark.objects.get(user=people.commander).seq == seqs[-1]
    phone = enter_page(people.commander, incident)
    expect(phone.locator("#new-since")).to_have_count(0)


def test_the_search_leads_to_a_message_far_up(
    enter_page: Open, people: People, incident: Incident
) -> None:
    seqs = _talk(incident, people.teammate, "the pool is full", *(f"more {n}" for n in range(70)))
    cara = enter_page(people.commander, incident)
    cara.get_by_title("Search this room").click()
    cara.locator("#find").press_sequentially("pool")
    cara.locator("#chat-found a").click()
    expect(cara.locator(f"#m-{seqs[0]}")).to_be_in_viewport()
    expect(cara.locator(f"#m-{seqs[0]}")).to_contain_text("the pool is full")
