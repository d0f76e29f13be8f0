"""The editor in a real browser: keyboard, preview, citations, conflict."""

import pytest

from postmortems.models import PostMortem
from tests.browsing import Visits
from tests.conftest import People
from tests.postmortems.conftest import Write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_section_is_written_with_the_keyboard_and_cites_a_fact(
    drafted: PostMortem, browse: Visits, people: People
) -> None:
    page = browse(people.commander, drafted.get_absolute_url())
    assert page.locator("[data-cite='12']").is_disabled()
    page.get_by_role("link", name="Edit Impact").press("Enter")
    page.locator("#body-impact").fill("2,310 shops lost payments.")
    page.locator("[data-cite='12']").click()
    assert page.input_value("#body-impact") == "2,310 shops lost payments. [#12]"
    page.locator("#preview-impact", has_text="2,310").wait_for()
    page.locator("#body-impact").press("Control+Enter")
    page.get_by_text("Saved.").wait_for()
    assert drafted.sections.get(slug="impact").body == "2,310 shops lost payments. [#12]"


def test_both_texts_are_on_the_page_after_a_conflict(
    drafted: PostMortem, write: Write, browse: Visits, people: People
) -> None:
    browse.allow("status of 422")
    page = browse(people.commander, f"{drafted.get_absolute_url()}/sections/lessons")
    page.fill("#body-lessons", "Cara was second.")
    write("lessons", "Tom was first.")
    page.locator("#s-lessons").get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert page.input_value("#theirs-lessons") == "Tom was first."
    assert page.input_value("#body-lessons") == "Cara was second."


def test_the_exported_page_runs_nothing_and_fits_a_phone(
    drafted: PostMortem, browse: Visits, people: People
) -> None:
    page = browse.page(people.commander, width=390)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{drafted.get_absolute_url()}/export/html")
    page.get_by_role("heading", name="Card payments fail at checkout").wait_for()
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
