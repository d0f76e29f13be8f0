"""Silences in the console, with a browser that has no JavaScript."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import (
    Incident,
    Silence,
)
from incidents.pipeline import lifecycle
from incidents.pipeline.noise import silences
from tests.conftest import People
from tests.noise.conftest import ANA, Sender, silenced
from tests.noise.pages import plain, send, text
from tests.noise.test_maintenance import planned

DRAFT = {"matchers": 'type="DiskFull"', "until": "2h", "comment": "deploying"}


def test_a_silence_says_who_made_it_why_and_what_fires_under_it(
    sender: Sender, responder: Client
) -> None:
    assert "Nothing is silenced" in text(responder, "silences")
    silenced('type="DiskFull"', comment="replacing the disk")
    for source in ("db-1", "db-2"):
        sender.fire(source=source)
    page = text(responder, "silences")
    for words in ("replacing the disk", "type is DiskFull", "2 alerts fire", "Ana", "ends in 1 h"):
        assert words in page
    assert "opens incidents then" not in page


def test_it_warns_before_a_silence_ends_over_what_fires(sender: Sender, responder: Client) -> None:
    made = silenced('type="DiskFull"', minutes=90)
    silenced('type="Other"', minutes=10, comment="hides nothing")
    sender.fire()
    for address in ("silences", "board", "alerts"):
        assert "still fire" not in text(responder, address)
    sender.wait(minutes=65)
    assert "ends in 25 min , and what fires under it opens incidents" in text(responder, "silences")
    assert "while 1 alert under it still fires" in text(responder, "silence", made.uuid)
    for address in ("board", "alerts"):
        assert "Silence “deploying” ends in 25 min" in text(responder, address)


def test_silences_are_listed_active_planned_and_over(sender: Sender, responder: Client) -> None:
    silenced('type="A"', comment="now on")
    silenced('type="B"', comment="to come", starts_at=clock.now() + timedelta(hours=3))
    over = silenced('type="C"', comment="gone by")
    silences.expire(silence_uuid=over.uuid, actor=ANA)
    page = text(responder, "silences")
    order = [page.index(words) for words in ("now on", "Planned", "to come", "gone by")]
    assert order == sorted(order)
    assert "ended by Ana" in page


def test_a_silence_needs_no_script(sender: Sender, responder: Client) -> None:
    sender.fire()
    page = plain(send(responder, "silence_new", **DRAFT))
    assert "Silenced, with one alert that fires" in page
    made = Silence.objects.get()
    assert (made.creator, made.ends_at) == ("Tom Teammate", clock.now() + timedelta(hours=2))


def test_before_saving_it_shows_what_it_would_have_done(sender: Sender, responder: Client) -> None:
    sender.fire()
    sender.clear()
    sender.fire(source="db-2")
    response = send(responder, "silence_new", **DRAFT, do="preview")
    page = plain(response)
    assert "Fire now 1 and would be silent at once" in page
    assert "Alerts that match 2 of 2 in 7 days" in page
    assert "Incidents 0 instead of 2" in page
    assert reverse("web:alert", args=[sender.alert().pk]) in response.content.decode()
    assert not Silence.objects.exists()


def test_the_preview_alone_answers_a_script(sender: Sender, responder: Client) -> None:
    sender.fire()
    path = reverse("web:silence_new")
    response = responder.post(path, {"matchers": "type=DiskFull"}, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert "Alerts that match 1 of 1" in plain(response)
    empty = responder.post(path, {"matchers": ""}, headers={"HX-Request": "true"})
    assert "At least one matcher is needed" in plain(empty)


def test_a_preview_names_no_alert_of_a_hidden_incident(
    sender: Sender, responder: Client, people: People
) -> None:
    sender.fire()
    incident = Incident.objects.get()
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=Actor.of(people.commander))
    page = plain(send(responder, "silence_new", **DRAFT, do="preview"))
    assert "DiskFull on db-1" not in page
    assert "Fire now 0" in page


def test_it_says_at_the_field_what_is_wrong(sender: Sender, responder: Client) -> None:
    for wrong, words in (
        ({"matchers": "type"}, "'type' is no matcher"),
        ({"matchers": 'type=~"["'}, "is no regular expression"),
        ({"comment": ""}, "This field is required"),
        ({"until": "at"}, "Say when it ends"),
        ({"until": "at", "ends_at": "2026-11-01T00:00"}, "It ends before it starts"),
        ({"until": "at", "ends_at": "9999-12-31T23:59"}, "in this century"),
        ({"until": "over"}, "there is nothing to wait for"),
    ):
        response = send(responder, "silence_new", **{**DRAFT, **wrong})
        assert response.status_code == 422
        assert words in plain(response)
    assert not Silence.objects.exists()


@pytest.mark.parametrize(
    ("until", "ends"), [("30m", "03:40"), ("2h", "05:10"), ("morning", "09:00")]
)
def test_it_lasts_as_long_as_was_chosen(
    sender: Sender, responder: Client, until: str, ends: str
) -> None:
    send(responder, "silence_new", **{**DRAFT, "until": until})
    over = Silence.objects.get().ends_at
    assert over is not None
    assert f"{over:%d %H:%M}" == f"03 {ends}"


def test_the_morning_is_that_of_the_viewer(
    sender: Sender, responder: Client, people: People
) -> None:
    people.teammate.time_zone = "America/New_York"  # 22:10 there
    people.teammate.save()
    assert "Until 09:00 tomorrow" in text(responder, "silence_new")
    send(responder, "silence_new", **{**DRAFT, "until": "morning"})
    over = Silence.objects.get().ends_at
    assert over is not None
    assert f"{over:%d %H:%M}" == "03 14:00"


def test_from_an_alert_its_labels_are_offered(sender: Sender, responder: Client) -> None:
    alert = sender.fire(severity="P1")
    page = responder.get(reverse("web:alert", args=[alert.pk])).content.decode()
    link = f"{reverse('web:silence_new')}?alert={alert.pk}"
    assert link in page
    form = responder.get(link).content.decode()
    assert 'value="source" class="' in form or 'value="source" id=' in form
    ticked = re.findall(r'name="labels" value="(\w+)"[^>]* checked', form)
    assert set(ticked) == {"type", "source"}
    fields = {"alert": alert.pk, "labels": ["source"], "until": "over", "comment": "new disk"}
    send(responder, "silence_new", **fields)
    assert Silence.objects.get().words == 'source="db-1"'


def test_a_muted_alert_leads_to_its_silence(sender: Sender, responder: Client) -> None:
    made = silenced('type="DiskFull"')
    alert = sender.fire()
    response = responder.get(reverse("web:alert", args=[alert.pk]))
    assert reverse("web:silence", args=[made.uuid]) in response.content.decode()
    assert "silenced by Ana: deploying" in plain(response)
    assert "DiskFull on db-1" in text(responder, "silence", made.uuid)


def test_one_click_extends_ends_and_silences_again(sender: Sender, responder: Client) -> None:
    made = silenced('type="DiskFull"')
    ends = made.ends_at
    assert ends is not None
    send(responder, "silence_change", made.uuid, action="extend")
    made.refresh_from_db()
    assert made.ends_at == ends + timedelta(hours=1)
    send(responder, "silence_change", made.uuid, action="expire")
    assert "Silence again" in text(responder, "silences")
    send(responder, "silence_change", made.uuid, action="again")
    again = Silence.objects.latest("pk")
    assert (again.words, again.creator) == (made.words, "Tom Teammate")
    assert again.ends_at == clock.now() + timedelta(hours=2)


def test_what_cannot_be_done_any_more_is_said_on_the_list(
    sender: Sender, responder: Client
) -> None:
    made = silenced('type="DiskFull"')
    silences.expire(silence_uuid=made.uuid, actor=ANA)
    assert "over already" in plain(send(responder, "silence_change", made.uuid, action="expire"))
    assert send(responder, "silence_change", made.uuid, action="sing").status_code == 422


def test_a_silence_is_edited(sender: Sender, responder: Client) -> None:
    made = silenced('type="DiskFull"')
    form = responder.get(reverse("web:silence_edit", args=[made.uuid])).content.decode()
    assert "type=&quot;DiskFull&quot;" in form
    send(responder, "silence_edit", made.uuid, **{**DRAFT, "comment": "still deploying"})
    made.refresh_from_db()
    assert (made.comment, made.creator) == ("still deploying", "Ana")
    send(responder, "silence_edit", made.uuid, **{**DRAFT, "matchers": "type=Other"})
    assert Silence.objects.count() == 2


def test_observers_read_and_change_nothing(sender: Sender, observer: Client) -> None:
    made, window = silenced('type="DiskFull"'), planned()
    alert = sender.fire()
    for page in ("silences", "maintenance", "grouping"):
        body = observer.get(reverse(f"web:{page}")).content.decode()
        assert "/change" not in body
        assert "/new" not in body
    assert "/edit" not in observer.get(reverse("web:silence", args=[made.uuid])).content.decode()
    page = observer.get(reverse("web:alert", args=[alert.pk])).content.decode()
    assert reverse("web:silence_new") not in page
    for name, key in (("silence_change", made.uuid), ("window_change", window.pk)):
        assert send(observer, name, key, action="expire").status_code == 403
    assert observer.get(reverse("web:silence_new")).status_code == 403


def test_for_alerts_that_were_picked_what_they_share_is_offered(
    sender: Sender, responder: Client
) -> None:
    picked = [sender.fire(source=source).pk for source in ("db-1", "db-2")]
    form = responder.get(reverse("web:silence_new"), {"alert": picked}).content.decode()
    assert "source=~&quot;db\\\\-1|db\\\\-2&quot;" in form
    send(responder, "silence_new", **DRAFT | {"matchers": "", "alert": picked, "labels": "source"})
    sender.wait(seconds=1)
    assert "2 alerts fire under it" in text(responder, "silences")
