"""Commands by the keyboard alone: completed, foreseen, sent; and whom they call hears it."""

import pytest
from playwright.sync_api import Page, expect

from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import lifecycle
from tests.browsing import Visits
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _live(page: Page) -> Page:
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
    return page


def test_a_command_is_completed_foreseen_and_sent_and_rings_somebodys_bell(
    browse: Visits, people: People, incident: Incident
) -> None:
    lifecycle.assign(
        incident_id=incident.pk,
        role="responder",
        user=people.teammate,
        actor=Actor.of(people.teammate),
    )
    cara = _live(browse(people.commander, f"/incidents/{incident.reference}"))
    tom = _live(browse(people.teammate, "/account"))
    cara.keyboard.press("m")
    cara.keyboard.type("/sev")
    expect(cara.get_by_role("option", name="/severity")).to_have_attribute("aria-selected", "true")
    cara.keyboard.press("Enter")
    field = cara.get_by_label("Message INC")
    expect(field).to_have_value("/severity ")
    cara.keyboard.type("p0")
    expect(cara.get_by_role("option", name="P0")).to_have_attribute("aria-selected", "true")
    cara.keyboard.press("Tab")
    expect(field).to_have_value("/severity P0 ")
    foreseen = cara.locator("#foresight")
    expect(foreseen).to_have_text("Raises the severity from P1 to P0, and tells Tom Teammate.")
    cara.keyboard.press("Enter")
    expect(cara.locator("#head")).to_contain_text("P0")
    expect(foreseen).to_have_text("")
    while deliveries.work():
        pass
    expect(tom.locator("#bell")).to_have_attribute("data-unread", "1")


def test_an_urgent_call_stays_until_it_is_seen(
    browse: Visits, people: People, incident: Incident
) -> None:
    cara = _live(browse(people.commander, f"/incidents/{incident.reference}"))
    tom = _live(browse(people.teammate, f"/incidents/{incident.reference}"))
    cara.keyboard.press("m")
    cara.keyboard.type("/page @tom we need you")
    expect(cara.locator("#foresight")).to_have_text("Calls Tom Teammate now, as urgent.")
    cara.keyboard.press("Enter")
    expect(cara.locator("#log .reply")).to_contain_text("Tom Teammate is called.")
    while deliveries.work():
        pass
    called = tom.get_by_role("alert")
    expect(called).to_contain_text("Cara Commander calls you: we need you")
    tom.reload()
    expect(called).to_contain_text("we need you")
    tom.get_by_role("button", name="Seen").press("Enter")
    expect(called).to_have_count(0)
    expect(tom.locator("#bell")).to_have_attribute("data-unread", "0")


def test_the_palette_has_the_commands_of_the_incident_one_is_in(
    browse: Visits, people: People, incident: Incident
) -> None:
    tom = _live(browse(people.teammate, f"/incidents/{incident.reference}"))
    tom.keyboard.press("Control+k")
    tom.keyboard.type("timeline")
    expect(tom.locator("#palette [aria-selected=true]")).to_contain_text("Put a note")
    tom.keyboard.press("Enter")
    expect(tom.get_by_label("Message INC")).to_be_focused()
    expect(tom.get_by_label("Message INC")).to_have_value("/note ")
    tom.get_by_label("Message INC").fill("/sev")
    refused = tom.get_by_role("option", name="/severity")
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_contain_text("Only a commander may do that.")
