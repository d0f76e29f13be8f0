"""The recording in a real browser. What the browser complains of, fails: the content security
policy among it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from incidents.models import Incident
from tests.browsing import Visits
from tests.conftest import People
from tests.warroom import nights
from tests.warroom.nights import NEW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Page]
OLD = "restart the pool"


@pytest.fixture
def watch(browse: Visits, people: People, played: Incident) -> Open:
    """The recording, in UTC, paused at the beginning or where `more` says."""

    def visit(more: str = "", **look: object) -> Page:
        page = browse.page(people.observer, zone="UTC", **look)  # type: ignore[arg-type]
        page.goto(f"/incidents/{played.reference}/recording{more}")
        expect(_play(page)).to_be_visible()
        return page

    return visit


def _play(page: Page) -> Locator:
    return page.locator("[data-rec-play]")


def _said(page: Page, *texts: str) -> None:
    expect(page.locator("#played .msg .said:visible")).to_have_text(list(texts))


def _jump(page: Page, words: str) -> None:
    page.locator("[data-rec-moments] a").filter(has_text=words).first.click()


def _present(page: Page, *names: str) -> None:
    expect(page.locator("#scene .people .truncate")).to_have_text(list(names))


def test_it_plays_what_two_people_said_and_leaves_out_the_silence(watch: Open) -> None:
    page = watch("?at=3")
    _said(page, "503 from a third of all requests")
    page.get_by_label("Speed").select_option("60")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_text(OLD)).to_be_visible()
    expect(page.get_by_text("of silence left out")).to_be_visible(timeout=15_000)
    _said(page, "503 from a third of all requests", NEW, "All calm after the roll-back")
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=10_000)
    expect(page.locator("[data-rec-elapsed]")).to_have_text("1:32:00")
    expect(page.locator("#scene .chip-lg")).to_contain_text("Resolved")


def test_one_jumps_to_key_moments_and_things_read_as_they_did_then(watch: Open) -> None:
    page = watch()
    _jump(page, "raised the severity")
    expect(page.locator("[data-rec-wall]")).to_have_text("3 Mar 2026, 02:03:00")
    _said(page, "503 from a third of all requests", OLD)
    _present(page, "Cara Commander", "Tom Teammate")
    expect(page.locator("#scene .sev")).to_contain_text("P0")
    expect(page.locator("#paper")).to_contain_text("No version was saved yet.")
    _jump(page, "decided: Roll back")
    _said(page, "503 from a third of all requests", NEW)
    expect(page.locator("#paper")).to_contain_text("The pool is full.")
    expect(page.locator("[data-rec-moments] [aria-current]")).to_contain_text("Roll back")
    _jump(page, "moved it to Resolved")
    _present(page, "Cara Commander")
    page.reload()
    expect(page.locator("[data-rec-elapsed]")).to_have_text("1:32:00")


def test_the_keyboard_does_all_of_it(watch: Open) -> None:
    page = watch()
    scrubber = page.get_by_role("slider", name="Time in the recording")
    scrubber.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    _said(page, "503 from a third of all requests", OLD)
    expect(scrubber).to_have_attribute(
        "aria-valuetext", "3 Mar 2026, 02:02:00, 2:00 after it was opened"
    )
    page.keyboard.press("ArrowLeft")
    _said(page, "503 from a third of all requests")
    expect(page.locator("[data-rec-elapsed]")).to_have_text("1:00")
    page.keyboard.press("PageDown")
    expect(page.locator("[data-rec-elapsed]")).to_have_text("3:00")
    page.keyboard.press("PageUp")
    expect(page.locator("[data-rec-elapsed]")).to_have_text("0:00")
    page.keyboard.press("End")
    expect(page.locator("[data-rec-elapsed]")).to_have_text("1:32:00")
    page.keyboard.press("Home")
    _said(page)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator("[data-rec-said]")).to_have_text(re.compile("^Paused at 02:00:"))


def test_it_goes_as_fast_as_one_says(watch: Open) -> None:
    page = watch()
    page.get_by_label("Skip the silences").uncheck()
    elapsed = []
    for speed in ("1", "30"):
        page.keyboard.press("Home")
        page.get_by_label("Speed").select_option(speed)
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(1000)
        page.get_by_role("button", name="Pause").click()
        minutes, seconds = page.locator("[data-rec-elapsed]").inner_text().split(":")
        elapsed.append(int(minutes) * 60 + int(seconds))
    assert elapsed[0] in (0, 1, 2)
    assert 25 <= elapsed[1] <= 60


def test_a_long_one_comes_in_parts(watch: Open, played: Incident, people: People) -> None:
    for n in range(200):
        nights.say(played, people.teammate, 100 + n / 10, f"number {n}.")
    page = watch()
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(page.get_by_text("number 199.")).to_be_visible()
    assert page.locator("#played > li").count() < 200
    page.get_by_text("Show earlier").click()
    expect(page.locator("#played > li")).to_have_count(60 + 100)
    page.keyboard.press("Home")
    expect(page.get_by_text("number 199.")).to_have_count(0)
    _said(page)


def test_without_a_script_links_lead_through_it(
    watch: Open, browse: Visits, people: People, played: Incident
) -> None:
    page = browse.page(people.observer, zone="UTC", script=False)
    page.goto(f"/incidents/{played.reference}/recording")
    page.get_by_role("link", name="Next key moment").click()
    _said(page, "503 from a third of all requests", OLD)
    page.get_by_role("link", name="Key moment before").click()
    _said(page)
    expect(page.get_by_role("button", name="Play")).to_have_count(0)
