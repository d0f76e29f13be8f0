"""The pages on which a status page is set up, in a real browser."""

import pytest
from playwright.sync_api import expect

from statuspage.models import StatusPage
from tests.browsing import Visits
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_says_while_one_types_whether_words_can_be_read(
    page: StatusPage, people: People, browse: Visits
) -> None:
    look = browse(people.admin, "/status-page/main/look")
    expect(look.locator("[data-contrast-result]")).to_be_hidden()
    look.locator("[name=brand]").fill("#ffff00")
    look.locator("[name=on_brand]").fill("#ffffff")
    expect(look.locator("[data-ratio]")).to_have_text("1.1 to 1")
    expect(look.locator("[data-verdict]")).to_have_text("cannot be read: it takes 4.5 to 1")
    look.locator("[name=on_brand]").fill("#000000")
    expect(look.locator("[data-ratio]")).to_have_text("19.6 to 1")
    expect(look.locator("[data-verdict]")).to_have_text("can be read")


def test_on_a_phone_the_tab_that_one_is_on_is_in_sight(
    page: StatusPage, people: People, browse: Visits
) -> None:
    settings = browse(people.admin, "/status-page/main/settings", width=390)
    expect(settings.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
