"""An alert is silenced, seen among the silences, and let go, by the keyboard alone."""

import pytest
from playwright.sync_api import expect

from incidents.models import Silence
from tests.browsing import Visits
from tests.conftest import People
from tests.web.conftest import MakeAlerts, make_alerts

__all__ = ["make_alerts"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_alert_is_silenced_seen_and_let_go_by_the_keyboard(
    browse: Visits, people: People, make_alerts: MakeAlerts
) -> None:
    (alert,) = make_alerts(title="Disk of db-1 is full", labels={"alertname": "DiskFull"})
    page = browse(people.teammate, f"/alerts/{alert.pk}")
    page.keyboard.press("s")
    expect(page.get_by_role("checkbox", name='alertname="DiskFull"')).to_be_checked()
    expect(page.locator("#preview")).to_contain_text("and would be silent at once")
    page.get_by_label("Why").focus()
    page.keyboard.type("New disk is on its way")
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("Silenced, with one alert that fires")
    row = page.get_by_role("listitem").filter(has_text="New disk is on its way")
    expect(row).to_contain_text("Tom Teammate")
    row.get_by_role("button", name="End now").press("Enter")
    expect(page.get_by_text("Nothing is silenced")).to_be_visible()
    assert Silence.objects.get().ended_why == "ended by Tom Teammate"
