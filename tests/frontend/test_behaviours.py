"""What the console's scripts do for a person, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Visits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _put(page: Page, html: str) -> None:
    """Add markup to the page as a swap would."""
    page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html
    )


def test_it_opens_the_palette_and_goes_where_it_says(console: Page) -> None:
    console.keyboard.press("Control+k")
    console.keyboard.type("dark")
    expect(console.locator("#palette [aria-selected=true]")).to_have_text("Use the dark theme")
    console.keyboard.press("Enter")
    expect(console.locator("html")).to_have_attribute("data-theme", "dark")
    console.reload()
    expect(console.locator("html")).to_have_attribute("data-theme", "dark")


def test_it_shows_the_keys_and_ignores_them_while_somebody_types(console: Page) -> None:
    console.locator("[name=name]").focus()
    console.keyboard.type("?")
    expect(console.locator("#keys-dialog")).to_be_hidden()
    console.locator("h1").click()
    console.keyboard.type("?")
    expect(console.locator("#keys-dialog")).to_be_visible()


def test_it_opens_the_declare_form_over_the_page(console: Page, browse: Visits) -> None:
    browse.allow("status of 422")
    console.keyboard.type("c")
    expect(console.locator("#declare-dialog [name=title]")).to_be_focused()
    console.locator("#declare-dialog [type=submit]", has_text="Declare").click()
    expect(console.locator("#declare-dialog .error").first).to_be_visible()
    assert console.url.endswith("/account")


def test_it_asks_before_it_destroys(console: Page, browse: Visits) -> None:
    browse.allow("status of 404")
    _put(
        console, '<form id="f" action="/nowhere" data-confirm="Drop it?"><button>Go</button></form>'
    )
    console.locator("#f button").click()
    expect(console.locator("#confirm-heading")).to_have_text("Drop it?")
    console.locator("#confirm-dialog [value=no]").click()
    assert console.url.endswith("/account")
    console.locator("#f button").click()
    console.locator("#confirm-yes").click()
    console.wait_for_url("**/nowhere*")


def test_it_writes_times_in_the_viewers_zone(console: Page) -> None:
    at = "2026-11-03T03:10:00+00:00"
    _put(console, f'<time datetime="{at}" data-time="datetime" title="x">?</time>')
    expect(console.locator("main time")).to_have_text("3 Nov 2026, 12:10")


def test_it_writes_times_in_the_zone_a_person_chose(console: Page) -> None:
    console.locator("[name=time_zone]").select_option("UTC")
    console.get_by_role("button", name="Save", exact=True).click()
    at = "2026-11-03T03:10:00+00:00"
    console.wait_for_selector("html[data-zone=UTC]")
    _put(console, f'<time datetime="{at}" data-time="datetime" title="x">?</time>')
    expect(console.locator("main time")).to_have_text("3 Nov 2026, 03:10")


def test_it_runs_clocks_and_says_when_a_deadline_has_passed(console: Page) -> None:
    _put(console, '<p id="c" data-clock="2020-01-01T00:00:00Z">0:00</p>')
    _put(console, '<p id="d" class="ink2" data-due="2020-01-01T00:00:00Z">5:00 left</p>')
    expect(console.locator("#c")).to_contain_text(" d ")
    expect(console.locator("#d")).to_contain_text("late ")
    expect(console.locator("#d")).to_have_class("tone p2")


def test_it_says_why_a_request_failed(console: Page, browse: Visits) -> None:
    browse.allow("status of 404", "Response Status Error Code 404")
    _put(console, '<button id="b" hx-post="/nowhere">Go</button>')
    console.evaluate("htmx.process(document.querySelector('#b'))")
    console.locator("#b").click()
    expect(console.locator("#flashes [data-flash=error]")).to_contain_text("Nothing was changed")


def test_it_keeps_the_navigation_folded(console: Page) -> None:
    console.locator("[data-nav-fold] button").click()
    expect(console.locator(".app")).to_have_attribute("data-nav", "rail")
    console.reload()
    expect(console.locator(".app")).to_have_attribute("data-nav", "rail")
