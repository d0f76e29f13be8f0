"""What people come for, from one screen to the next, with others watching theirs."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Alert, AlertState, Incident, Service, Severity, User
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.adapters.integrations import create_integration
from runbooks import services as runbooks
from statuspage.services import load_starter_page
from tests.browsing import Visits
from tests.conftest import Declare, People
from tests.intake.conftest import alertmanager
from tests.warroom.served import Served
from tests.web.conftest import MakeAlerts, make_alerts

__all__ = ["make_alerts"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenLive = Callable[[User, str], Page]


@pytest.fixture
def open_live(browse: Visits) -> OpenLive:
    """A page that hears what happens from here on."""

    def opened(user: User, path: str) -> Page:
        page = browse(user, path)
        _until_live(page)
        page.evaluate("window.stayed = true")
        return page

    return opened


def _until_live(page: Page) -> None:
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")


@pytest.fixture
def incident(declare: Declare, service: Service) -> Incident:
    return declare("Checkout is down", service=service)


def test_the_board_shows_by_itself_what_somebody_declares(
    open_live: OpenLive, people: People, declare: Declare
) -> None:
    board = open_live(people.observer, "/")
    expect(board.locator("#open-incidents")).to_contain_text("No open incidents")
    declare("Checkout is down", severity="P0")
    expect(board.get_by_role("heading", name="Checkout is down")).to_be_visible()
    expect(board.locator("#feed")).to_contain_text("Cara Commander opened the incident at P0")
    assert board.evaluate("window.stayed") is True


def test_the_board_shows_by_itself_an_alert_that_comes_in(
    open_live: OpenLive, people: People, severities: dict[str, Severity], web_process: Served
) -> None:
    board = open_live(people.observer, "/")
    _, key = create_integration(kind="alertmanager", name="Prometheus")
    door = f"http://127.0.0.1:{web_process.port}/hooks/alertmanager/{key}"
    assert httpx.post(door, json=alertmanager()).status_code == 202
    intake.fold_batch(adapters.read)
    expect(board.locator("#alerts-now")).to_contain_text("Checkout answers 5xx")
    expect(board.locator("#open-incidents")).to_contain_text("Checkout answers 5xx")
    assert board.evaluate("window.stayed") is True


def test_an_incident_is_declared_and_talked_about_by_the_keyboard_alone(
    open_live: OpenLive, people: People, severities: dict[str, Severity]
) -> None:
    page = open_live(people.teammate, "/")
    page.keyboard.press("c")
    expect(page.get_by_label("What is broken?")).to_be_focused()
    page.keyboard.type("Cards fail")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#head h1")).to_have_text("Cards fail")
    expect(page.locator("#head")).to_contain_text("P1 High")
    _until_live(page)
    page.keyboard.press("m")
    page.keyboard.type("I look at the gateway")
    page.keyboard.press("Enter")
    expect(page.locator("#log .msg:not(.pending)")).to_contain_text("I look at the gateway")


def test_an_incident_is_acknowledged_from_the_board(
    open_live: OpenLive, people: People, incident: Incident
) -> None:
    board, page = open_live(people.observer, "/"), open_live(people.teammate, "/")
    expect(board.locator("#open-incidents")).to_contain_text("Nobody yet")
    page.get_by_role("link", name="Enter the war room").press("Enter")
    page.locator("#brief").get_by_role("button", name="Acknowledge").press("Enter")
    expect(page.locator("#head")).to_contain_text("Acknowledged")
    expect(board.locator("#open-incidents")).to_contain_text("Acknowledged")
    expect(board.locator("#feed")).to_contain_text("Tom Teammate")
    assert board.evaluate("window.stayed") is True


def test_a_step_that_one_ticks_is_ticked_for_the_other(
    open_live: OpenLive, people: People, incident: Incident
) -> None:
    draft = runbooks.new(title="Restart", body="## Drain it\n\nWait.\n\n## Start it\n\nLook.")
    runbook = runbooks.write(draft, actor=Actor.of(people.admin))
    runbooks.start(incident_id=incident.pk, runbook_id=runbook.pk, actor=Actor.of(people.commander))
    path = f"/incidents/{incident.reference}?tab=runbooks"
    tom, cara = open_live(people.teammate, path), open_live(people.commander, path)
    expect(cara.get_by_text("0 of 2 done")).to_be_visible()
    tom.get_by_role("checkbox", name="1. Drain it").press("Space")
    expect(cara.get_by_role("checkbox", name="1. Drain it")).to_be_checked()
    expect(cara.get_by_text("1 of 2 done")).to_be_visible()
    expect(cara.get_by_text("Tom Teammate, ")).to_be_visible()
    assert cara.evaluate("window.stayed") is True


def test_customers_read_without_script_what_is_published_from_the_incident(
    browse: Visits, people: People, incident: Incident
) -> None:
    load_starter_page()
    page = browse(people.commander, f"/incidents/{incident.reference}?tab=updates")
    page.get_by_label("Title, as customers would say it").fill("Checkout fails")
    page.get_by_label("What customers need to know").fill("Cards are refused. We **know** why.")
    page.get_by_role("button", name="Publish on Our services").press("Enter")
    expect(page.locator("#flashes")).to_contain_text("Published on Our services")
    public = browse(None, "/status", script=False)
    for _ in range(20):  # the door looks once a second
        if "Checkout fails" in public.inner_text("main"):
            break
        public.wait_for_timeout(250)
        public.reload()
    expect(public.locator("h1")).to_have_text("Checkout fails")
    expect(public.locator("main")).to_contain_text("Cards are refused. We know why.")


def test_a_theme_chosen_without_script_is_that_of_every_device(
    browse: Visits, people: People
) -> None:
    page = browse(people.teammate, "/alerts", script=False)
    page.get_by_role("button", name="Theme", exact=True).click()
    page.get_by_role("button", name="Dark", exact=True).click()
    page.wait_for_url("**/alerts")
    for device in (page, browse(people.teammate, "/")):
        expect(device.locator("html")).to_have_attribute("data-theme", "dark")
        expect(device.locator("html")).to_have_css("color-scheme", "dark")


def test_the_palette_finds_an_incident_and_goes_there(
    open_live: OpenLive, people: People, incident: Incident
) -> None:
    page = open_live(people.observer, "/alerts")
    page.keyboard.press("Control+k")
    page.keyboard.type("checkout is")
    found = page.locator("#palette [aria-selected=true]")
    expect(found).to_contain_text(incident.reference)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{incident.reference}")
    expect(page.locator("#head h1")).to_have_text("Checkout is down")


def test_alerts_are_walked_picked_and_opened_by_the_keyboard_alone(
    open_live: OpenLive, people: People, incident: Incident, make_alerts: MakeAlerts
) -> None:
    """What is picked stays so when the list fetches itself again."""
    make_alerts(6, incident=incident)
    page = open_live(people.teammate, "/alerts")
    for key in "jjxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-picks]")).to_contain_text("2 selected")
    page.evaluate("htmx.trigger(document.getElementById('alert-list'), 'refresh')")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(page.locator("[data-pick]:checked")).to_have_count(2)
    page.get_by_role("link", name="3 more").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(6)
    expect(page).to_have_url(re.compile("open=i"))
    for key in "jjo":
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Alert number 1", level=1)).to_be_visible()
    Alert.objects.update(state=AlertState.RESOLVED, resolved_at=clock.now())
    page.wait_for_function("window.htmx")
    page.evaluate("htmx.trigger(document.getElementById('alert-head'), 'refresh')")
    expect(page.locator("#alert-head")).to_contain_text("Over after")
    expect(page.locator("#trace-steps")).to_contain_text("Prometheus said so")
