"""Maintenance windows in the console."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import (
    MaintenanceWindow,
)
from tests.noise.conftest import Sender
from tests.noise.pages import plain, send, text
from tests.noise.test_maintenance import planned

WINDOW = {
    "name": "Upgrade",
    "matchers": 'type="DiskFull"',
    "starts_at": "2026-11-08T02:00",
    "lasts": "2 h",
    "time_zone": "Europe/Berlin",
    "repeats": "once",
    "afterwards": "open",
}


def test_maintenance_is_listed_open_next_and_past(sender: Sender, responder: Client) -> None:
    assert "No maintenance is planned" in text(responder, "maintenance")
    planned(name="Going on", minutes=120)
    planned(name="Next week", starts_at=clock.now() + timedelta(days=7))
    planned(name="Done before", minutes=1)
    sender.fire()
    sender.wait(minutes=30)
    page = text(responder, "maintenance")
    order = [page.index(words) for words in ("Going on", "1 alert fires", "Next week", "Done be")]
    assert order == sorted(order)
    assert "Maintenance “Going on” is on and ends in 1 h" in text(responder, "board")


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({"repeats": "once"}, ""),
        ({"repeats": "daily"}, "FREQ=DAILY"),
        ({"repeats": "weekly", "days": ["SU", "WE"]}, "FREQ=WEEKLY;BYDAY=WE,SU"),
        ({"repeats": "monthly", "nth": "-1", "weekday": "SU"}, "FREQ=MONTHLY;BYDAY=-1SU"),
        ({"repeats": "rule", "recurrence": "freq=weekly;interval=2"}, "FREQ=WEEKLY;INTERVAL=2"),
    ],
)
def test_it_recurs_as_chosen_and_the_form_says_so_again(
    responder: Client, chosen: dict[str, Any], rule: str
) -> None:
    send(responder, "window_new", **{**WINDOW, "starts_at": "2027-11-07T02:00", **chosen})
    window = MaintenanceWindow.objects.get()
    assert window.recurrence == rule
    form = responder.get(reverse("web:window_edit", args=[window.pk])).content.decode()
    assert re.search(rf'value="{chosen["repeats"]}"[^>]* checked', form)
    assert 'value="2027-11-07T02:00"' in form
    assert 'value="2 h"' in form


def test_the_form_shows_the_next_times_in_its_zone_and_what_it_would_have_held(
    sender: Sender, responder: Client
) -> None:
    sender.fire()
    sender.clear()
    weekly = {**WINDOW, "starts_at": "2026-11-03T04:00", "repeats": "weekly", "days": "TU"}
    response = send(responder, "window_new", **weekly, do="preview")
    page = plain(response)
    assert "Tue 3 Nov 2026, 04:00 to 06:00" in page
    assert "Tue 1 Dec 2026, 04:00 to 06:00" in page
    assert "Tue 8 Dec" not in page
    assert "Alerts that match 1 of 1" in page
    assert not MaintenanceWindow.objects.exists()


def test_maintenance_says_at_the_field_what_is_wrong(sender: Sender, responder: Client) -> None:
    for wrong, words in (
        ({"time_zone": "Mars/Base"}, "There is no time zone"),
        ({"lasts": "soon"}, "is no length of time"),
        ({"lasts": "0"}, "A minute at least"),
        ({"lasts": "8 d"}, "7 d at most"),
        ({"starts_at": "2026-01-01T00:00"}, "never open from now on"),
        ({"repeats": "rule"}, "Write the rule"),
        ({"repeats": "rule", "recurrence": "FREQ=HOURLY"}, "is no recurrence we know"),
        ({"matchers": ""}, "This field is required"),
    ):
        response = send(responder, "window_new", **{**WINDOW, **wrong})
        assert response.status_code == 422
        assert words in plain(response)
        send(responder, "window_new", **{**WINDOW, **wrong}, do="preview")
    assert not MaintenanceWindow.objects.exists()


def test_maintenance_is_edited_cancelled_and_planned_again(
    sender: Sender, responder: Client
) -> None:
    send(responder, "window_new", **WINDOW)
    window = MaintenanceWindow.objects.get()
    send(responder, "window_edit", window.pk, **{**WINDOW, "name": "Bigger upgrade"})
    page = plain(send(responder, "window_change", window.pk, action="cancel"))
    assert "“Bigger upgrade” is cancelled" in page
    assert "cancelled already" in plain(
        send(responder, "window_change", window.pk, action="cancel")
    )
    assert "Changed by Tom Teammate" in text(responder, "window", window.pk)
    again = responder.get(reverse("web:window_new"), {"like": window.pk}).content.decode()
    assert 'value="Bigger upgrade"' in again
