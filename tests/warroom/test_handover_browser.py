"""A role changes hands in a browser, and somebody comes late."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from incidents.pipeline import lifecycle, stages
from tests.browsing import Visits
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[[User], Page]


@pytest.fixture
def enter_page(browse: Visits, people: People, incident: Incident) -> Open:
    """Cara commands an incident that opened 20 minutes ago."""
    stages.load_stages()
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=people.commander,
        actor=Actor.of(people.commander),
    )
    lifecycle.note(
        incident_id=incident.pk, text="The pool is full", actor=Actor.of(people.commander)
    )
    opened = Incident.objects.get(pk=incident.pk).opened_at - timedelta(minutes=20)
    Incident.objects.filter(pk=incident.pk).update(opened_at=opened)

    def enter(user: User) -> Page:
        page = browse(user, f"/incidents/{incident.reference}")
        expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
        return page

    return enter


def test_a_role_is_offered_and_accepted_and_who_comes_late_reads_how_it_stands(
    enter_page: Open, people: People
) -> None:
    cara, tom = enter_page(people.commander), enter_page(people.teammate)
    cara.locator("#rail").get_by_text("Hand over a role").click()
    form = cara.locator("#handover")
    form.get_by_label("To", exact=True).select_option("tom")
    form.get_by_label("Note").fill("I sleep")
    form.get_by_role("button", name="Offer it").click()
    expect(cara.locator("#rail")).to_contain_text("offered to Tom Teammate")
    offer = tom.get_by_role("region", name="Cara Commander offers you")
    expect(offer).to_contain_text("I sleep")
    offer.get_by_text("How things stand").click()
    expect(offer.locator("dl")).to_contain_text("The pool is full")
    offer.get_by_role("button", name="Accept").click()
    for page in (cara, tom):
        expect(page.locator("#brief")).to_contain_text("Tom Teammate commands")
    late = enter_page(people.stranger)
    card = late.locator("#catch-up")
    expect(card).to_contain_text("The pool is full")
    expect(card).to_contain_text("Incident commander: Tom Teammate")
    card.get_by_text("More").click()
    expect(card.get_by_role("heading", name="Decided")).to_be_visible()


def test_a_line_of_the_checklist_is_ticked_on_every_page(enter_page: Open, people: People) -> None:
    cara, tom = enter_page(people.commander), enter_page(people.teammate)
    line = "Say what is broken and who notices it"
    tom.locator("#stages").get_by_role("button", name=line).click()
    for page in (tom, cara):
        ticked = page.locator("#stages").get_by_role("button", name=line)
        expect(ticked).to_have_attribute("aria-pressed", "true")
        expect(ticked).to_contain_text("Tom Teammate")
