"""The draft at the keyboard, in a real browser."""

import pytest
from playwright.sync_api import expect

from incidents.kernel.actor import Actor
from incidents.models import RoutingVersion
from incidents.pipeline.routing import versions
from tests.browsing import Visits
from tests.conftest import People
from tests.routing.conftest import Publish, rule

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_rules_are_ordered_at_the_keyboard_and_the_focus_stays(
    browse: Visits, people: People, publish: Publish
) -> None:
    publish(rule("One"), rule("Two"), rule("Three"))
    draft = versions.start_draft(actor=Actor.of(people.admin))
    page = browse(people.admin, f"/settings/routing/versions/{draft.number}")
    page.evaluate("window.stayed = true")
    names = page.locator("#rules h3")
    page.get_by_role("button", name="Move One down").focus()
    for order in (["Two", "One", "Three"], ["Two", "Three", "One"]):
        page.keyboard.press("Enter")
        expect(names).to_have_text(order)
        # Quicker than anybody presses again, the new buttons have no script yet.
        expect(page.locator(".htmx-settling, .htmx-request")).to_have_count(0)
    assert page.evaluate("window.stayed") is True, "the page was not loaded again"
    assert [row["name"] for row in RoutingVersion.objects.get(state="draft").rules] == order
    page.get_by_role("button", name="Move One up").focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Two", "One", "Three"])
    expect(page.get_by_role("button", name="Move One up")).to_be_focused()


def test_more_conditions_come_without_losing_what_was_typed(
    browse: Visits, people: People, publish: Publish
) -> None:
    page = browse(people.admin, "/settings/routing/draft/rules")
    page.get_by_label("Name").fill("Disks")
    page.locator("#f-1").fill("title")
    page.locator("#v-1").fill("disk")
    page.get_by_role("button", name="More conditions").click()
    expect(page.locator(".asks-row")).to_have_count(4)
    expect(page.get_by_label("Name")).to_have_value("Disks")
    expect(page.locator("#v-1")).to_have_value("disk")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.get_by_text("the title is “disk”")).to_be_visible()
