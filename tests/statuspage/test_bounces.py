"""Mails that come back: read as RFC 3464 has them, believed only where they hold our own mark."""

import io
import sys
from typing import Any

import pytest
from django.core.management import call_command

from bench.smtp_sink import Sink
from statuspage.models import Subscriber, Telling
from statuspage.services import bounces, links
from tests.conftest import Declare
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all

pytestmark = pytest.mark.django_db

RETURNED = """From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: status@ferrybank.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; gone@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--B
Content-Type: message/rfc822

Message-ID: <{id}>
To: gone@example.com
Subject: hi

x
--B--
"""


def returned(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    text = RETURNED.format(id=message_id, action=action, status=status)
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def told(sink: Sink, follow: Follow, publish: Publish, declare: Declare) -> Telling:
    """A message that the mail server took."""
    follow("gone@example.com")
    publish(declare())
    tell_all()
    return Telling.objects.get()


def test_a_mail_that_came_back_is_one_that_failed(told: Telling) -> None:
    outcome = bounces.take(returned(links.message_id(told.pk)))
    assert (outcome.telling, outcome.counted) == (told.pk, True)
    told.refresh_from_db()
    assert (told.state, told.error) == ("failed", "5.1.1 550 5.1.1 no such user")
    assert Subscriber.objects.get().bounces == 1


def test_the_same_mail_counts_once(told: Telling) -> None:
    for _ in range(3):
        bounces.take(returned(links.message_id(told.pk)))
    assert Subscriber.objects.get().bounces == 1


def test_it_is_known_by_the_address_that_it_came_back_to(told: Telling) -> None:
    to = links.bounce_address(told.pk, "bounces@ferrybank.example")
    assert bounces.take(returned("lost@elsewhere"), recipient=to).counted


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "5.7.1")])
def test_what_says_nothing_about_the_mailbox_is_not_counted(
    told: Telling, action: str, status: str
) -> None:
    bounces.take(returned(links.message_id(told.pk), action=action, status=status))
    assert Subscriber.objects.get().bounces == 0


def test_a_mail_that_somebody_made_up_changes_nothing(told: Telling) -> None:
    real = links.message_id(told.pk)
    for forged in (f"tell-{told.pk}-{'0' * 20}@x", f"tell-{told.pk + 1}{real[6:]}", "", "x@y"):
        assert bounces.take(returned(forged)).telling == 0
    for raw in (b"", b"\xff\xfe", b"From: x\r\n\r\nhello", returned(real)[:200]):
        bounces.take(raw)
    told.refresh_from_db()
    assert told.state == "sent"


def test_after_three_nothing_more_is_sent(
    told: Telling, sink: Sink, publish: Publish, declare: Declare
) -> None:
    for title in ("One", "Two", "Three"):
        bounces.take(returned(links.message_id(Telling.objects.latest("pk").pk)))
        publish(declare(title))
        tell_all()
    assert Subscriber.objects.get().state == "bounced"
    assert len(sink.taken) == 3


def test_a_mail_server_hands_it_to_a_command(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = returned(links.message_id(told.pk))
    stdin: Any = io.TextIOWrapper(io.BytesIO(raw))
    monkeypatch.setattr(sys, "stdin", stdin)
    out = io.StringIO()
    call_command("status_bounce", stdout=out)
    assert "5.1.1" in out.getvalue()
    assert Subscriber.objects.get().bounces == 1
