"""A task in two real browsers: made from a message by one, done by the other."""

import pytest
from playwright.sync_api import expect

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.browsing import Visits
from tests.conftest import People
from warroom.services import chat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_task_made_from_a_message_is_done_by_another(
    browse: Visits, people: People, incident: Incident
) -> None:
    tom_says = Actor.of(people.teammate)
    said = chat.post(incident_id=incident.pk, body="Roll back 4411", actor=tom_says)
    room = f"/incidents/{incident.reference}"
    cara = browse(people.commander, f"{room}?tab=tasks")
    tom = browse(people.teammate, room)
    for page in (tom, cara):
        expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
    tom.locator(f"#m-{said.seq}").hover()
    tom.locator(f"#m-{said.seq} [data-more]").click()
    tom.get_by_role("link", name="Make it a task").click()
    expect(tom.get_by_label("What is to be done")).to_be_focused()
    expect(tom.get_by_label("What is to be done")).to_have_value("Roll back 4411")
    tom.get_by_label("Who").select_option("cara")
    tom.get_by_role("button", name="Add", exact=True).click()
    for page in (tom, cara):
        expect(page.locator("#task-list .task-who")).to_contain_text("Cara Commander")
        expect(page.locator("#n-tasks")).to_have_text("1")
    tick = cara.get_by_role("button", name="Task 1 is done")
    tick.focus()
    cara.keyboard.press("Enter")
    for page in (tom, cara):
        expect(page.get_by_role("heading", name="Done and dropped")).to_be_visible()
        expect(page.locator("#n-tasks")).to_be_hidden()
        expect(page.locator("#log")).to_contain_text("finished task 1 “Roll back 4411”")
