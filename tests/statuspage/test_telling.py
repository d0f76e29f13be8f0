"""Subscribers are told: whom it concerns, once, in their language, by a real mail server."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.smtp_sink import Sink
from statuspage.models import Broadcast, Component, StatusPage, Telling, TellState
from statuspage.services import fan_out, subscribing, telling
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, states, tell_all

pytestmark = pytest.mark.django_db


def read(sink: Sink, number: int = -1) -> EmailMessage:
    found = email.message_from_bytes(sink.messages[number], policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_it_mails_everybody_whom_an_update_concerns_once(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, checkout: Component
) -> None:
    follow("all@example.com")
    follow("checkout@example.com", checkout)
    publish(declare(), effects={checkout: "major_outage"})
    tell_all()
    tell_all()
    assert sorted(address for address, _ in sink.taken) == [
        "all@example.com",
        "checkout@example.com",
    ]
    assert states() == {"sent": 2}


def test_it_tells_nobody_who_follows_other_components_or_other_things(
    sink: Sink,
    follow: Follow,
    publish: Publish,
    declare: Declare,
    checkout: Component,
    transfers: Component,
) -> None:
    follow("transfers@example.com", transfers)
    follow("works@example.com", wants_incidents=False)
    follow("left@example.com", state="left")
    follow("asked@example.com", state="pending")
    publish(declare(), effects={checkout: "major_outage"})
    tell_all()
    assert sink.taken == []


def test_a_mail_says_what_is_wrong_and_how_to_stop_it(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, checkout: Component
) -> None:
    follow("ana@example.com")
    incident = declare("Checkout is down")
    publish(incident, body="Offer **bank transfer**.", effects={checkout: "major_outage"})
    tell_all()
    message = read(sink)
    assert message["To"] == "ana@example.com"
    assert message["From"] == "Ferrybank Status <status@ferrybank.example>"
    assert message["Subject"].startswith("Major outage: ")
    assert message["Subject"].endswith(" · Ferrybank")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>")
    assert "/status/unsubscribe/" in link
    assert link in text_of(message)
    assert "Online checkout: Major outage" in text_of(message)
    assert "<strong>bank transfer</strong>" in text_of(message, "html")
    assert 'class="p t-major"' in text_of(message, "html")


def test_an_incident_that_affects_no_component_is_not_told_in_green(
    sink: Sink, follow: Follow, declare: Declare, publish: Publish
) -> None:
    follow("ana@example.com")
    publish(declare("db-7"))
    tell_all()
    assert 'class="p t-none"' in text_of(read(sink), "html")


def test_it_speaks_the_language_of_the_subscriber(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, page: StatusPage
) -> None:
    page.languages = ["de"]
    page.save()
    follow("anna@example.com", language="de")
    publish(declare())
    tell_all()
    message = read(sink)
    assert '<html lang="de">' in text_of(message, "html")
    assert "?language=de" in message["List-Unsubscribe"]


def test_what_people_write_makes_no_headers_and_no_markup(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    follow("ana@example.com")
    title = "Down\r\nBcc: all@example.com <script>alert(1)</script>"
    publish(declare(), title=title, body="<img src=x onerror=alert(1)> [a](javascript:alert(1))")
    tell_all()
    message = read(sink)
    assert message["Bcc"] is None
    assert [address for address, _ in sink.taken] == ["ana@example.com"]
    html = text_of(message, "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html


def test_it_fans_out_by_one_statement_however_many_there_are(
    follow: Follow, publish: Publish, declare: Declare
) -> None:
    for number in range(30):
        follow(f"s{number}@example.com")
    publish(declare())
    with CaptureQueriesContext(connection) as seen:
        assert fan_out.fan_out_next()
    inserts = [q for q in seen.captured_queries if "INSERT INTO statuspage_telling" in q["sql"]]
    assert len(inserts) == 1
    assert Telling.objects.count() == 30
    assert Broadcast.objects.get().told == 30
    assert not fan_out.fan_out_next()


def test_it_is_tried_again_where_the_mail_server_is_busy(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, frozen: FrozenClock
) -> None:
    sink.busy = 1
    follow("ana@example.com")
    publish(declare())
    tell_all()
    telling = Telling.objects.get()
    assert (telling.state, telling.tries) == ("due", 1)
    assert "451" in telling.error
    sink.busy = 0
    tell_all()
    assert states() == {"due": 1}
    frozen.fast_forward(seconds=31)
    tell_all()
    assert states() == {"sent": 1}


def test_an_address_that_nobody_has_is_given_up_after_three_mails(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    sink.refused = {"gone@example.com"}
    subscriber = follow("gone@example.com")
    incident = declare()
    for _ in range(4):
        publish(incident)
        tell_all()
    subscriber.refresh_from_db()
    assert subscriber.state == "bounced"
    assert "5.1.1" in subscriber.last_error
    assert states() == {"failed": 3}


def test_what_becomes_private_is_not_told_any_more(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, people: People
) -> None:
    follow("ana@example.com")
    first, second = declare(), declare("Another")
    publish(first)
    assert fan_out.fan_out_next()
    publish(second)
    for incident in (first, second):
        type(incident).objects.filter(pk=incident.pk).update(private=True)
    tell_all()
    assert sink.taken == []
    assert states() == {"dropped": 1}


def test_who_unsubscribes_is_not_told_what_waits(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    subscriber = follow("ana@example.com")
    publish(declare())
    assert fan_out.fan_out_next()
    subscribing.leave(subscriber.pk)
    tell_all()
    assert sink.taken == []
    assert Telling.objects.get().state == TellState.DROPPED


def test_bounces_come_back_to_an_address_that_says_of_which_message(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, settings: Any
) -> None:
    settings.EMAIL_BOUNCES = "bounces@ferrybank.example"
    follow("ana@example.com")
    publish(declare())
    tell_all()
    number = Telling.objects.get().pk
    assert sink.senders[0].startswith(f"bounces+tell-{number}-")
    assert sink.taken[0][1].startswith(f"tell-{number}-")


def test_a_server_that_takes_seven_bits_gets_seven(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    sink.eight_bits = False
    follow("ana@example.com")
    publish(declare(), body="Überweisungen gehen wieder.")
    tell_all()
    assert sink.messages[0].isascii()
    assert "Überweisungen gehen wieder." in text_of(read(sink))


def test_nothing_is_lost_while_no_mail_server_answers(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, settings: Any
) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    follow("ana@example.com")
    publish(declare())
    tell_all()
    telling = Telling.objects.get()
    assert telling.state == "due"
    assert "did not answer" in telling.error


def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(
    follow: Follow, publish: Publish, declare: Declare, frozen: FrozenClock
) -> None:
    follow("old@example.com")
    follow("waits@example.com")
    publish(declare())
    fan_out.fan_out_next()
    Telling.objects.filter(subscriber__address="old@example.com").update(state=TellState.SENT)
    frozen.fast_forward(days=89)
    assert telling.forget() == 0
    frozen.fast_forward(days=2)
    follow("new@example.com")
    publish(declare())
    fan_out.fan_out_next()
    Telling.objects.filter(broadcast=Broadcast.objects.latest("pk")).update(state=TellState.SENT)
    assert telling.forget() == 1
    assert Telling.objects.filter(subscriber__address="old@example.com").count() == 1
    assert Telling.objects.filter(subscriber__address="waits@example.com").count() == 2
