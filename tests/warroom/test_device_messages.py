"""What a device says and how it rings when somebody is called while they look elsewhere."""

import pytest
from playwright.sync_api import Page, expect

from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import calling
from tests.browsing import Visits
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A device that writes down what it would show and sound, and a page that can be looked away from.
DEVICE = """
window.told = [];
window.sounds = 0;
window.away = false;
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title, options) {
    super();
    window.told.push({ title, ...options });
  }
};
window.AudioContext = class extends AudioContext {
  constructor() {
    super();
    window.sounds += 1;
  }
};
Object.defineProperty(document, "hidden", { get: () => window.away });
"""
RINGS = "async () => (await navigator.locks.query()).held.some(({ name }) => name === 'ring')"


def _call_tom(incident: Incident, people: People, why: str) -> None:
    actor = Actor.of(people.commander)
    calling.page(incident_id=incident.pk, user=people.teammate, actor=actor, why=why)
    while deliveries.work():
        pass


def _look_away(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
    page.evaluate("window.away = true")


def test_a_device_tells_and_rings_once_it_is_asked_to_and_is_silent_when_somebody_is_there(
    browse: Visits, people: People, incident: Incident
) -> None:
    page = browse.page(people.teammate)
    page.context.add_init_script(DEVICE)
    _look_away(page, "/incidents")
    page.evaluate("window.away = false")
    _call_tom(incident, people, "are you there?")
    expect(page.locator("#bell")).to_have_attribute("data-unread", "1")
    assert page.evaluate("[window.told.length, window.sounds]") == [0, 0]
    page.goto("/account")
    page.locator("[data-notify-switch]").check()
    _look_away(page, "/incidents")
    _call_tom(incident, people, "the pool is full")
    page.wait_for_function("() => window.told.length && window.sounds")
    [told] = page.evaluate("window.told")
    assert told["title"] == f"{incident.reference}: Cara Commander"
    assert (told["body"], told["requireInteraction"]) == ("calls you: the pool is full", True)
    assert page.evaluate(RINGS)
    page.keyboard.press("Shift")
    page.wait_for_function(f"async () => !(await ({RINGS})())")
