"""Webhooks, Slack, Teams and text messages: what a real receiver gets, and whom we never call."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from incidents.kernel import guarded, secrets
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from statuspage.models import Component, StatusPage, Subscriber, Telling
from statuspage.services import addresses, components
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all

pytestmark = pytest.mark.django_db


class Receiver:
    """Keeps what is posted to it, and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        return Handler

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def json(self, number: int = -1) -> Any:
        return json.loads(self.posts[number][1])


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{receiver.server.server_port}"]
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


def test_a_webhook_gets_the_incident_in_the_shape_of_statuspage_signed(
    receiver: Receiver, follow: Follow, publish: Publish, declare: Declare, checkout: Component
) -> None:
    follow(receiver.url, way="webhook", secret=secrets.seal("its secret"))
    publish(declare(), effects={checkout: "major_outage"})
    tell_all()
    headers, body = receiver.posts[0]
    told = json.loads(body)
    assert told["page"]["status_indicator"] == "critical"
    assert told["incident"]["status"] == "investigating"
    assert told["incident"]["impact"] == "critical"
    assert told["incident"]["incident_updates"][0]["body"] == "We are looking into it."
    assert "/status/unsubscribe/" in told["meta"]["unsubscribe"]
    at, _, signed = headers["X-Signature"].partition(",v1=")
    wanted = hmac.new(b"its secret", at.removeprefix("t=").encode() + b"." + body, hashlib.sha256)
    assert hmac.compare_digest(signed, wanted.hexdigest())
    assert headers["X-Delivery-Id"].startswith(f"tell-{Telling.objects.get().pk}-")


def test_a_webhook_hears_of_a_state_that_was_set_by_hand(
    receiver: Receiver, follow: Follow, checkout: Component, people: People
) -> None:
    follow(receiver.url, way="webhook")
    components.set_component_state(
        component_id=checkout.pk,
        state="degraded",
        reason="Slow",
        actor=Actor.of(people.commander),
    )
    tell_all()
    told = receiver.json()
    assert told["component_update"]["new_status"] == "degraded_performance"
    assert told["component_update"]["old_status"] == "operational"
    assert told["component"]["name"] == "Online checkout"
    assert told["component"]["id"] == told["component_update"]["component_id"]
    assert "Slow" not in json.dumps(told)


def test_a_webhook_is_asked_to_confirm_like_everybody(receiver: Receiver, page: StatusPage) -> None:
    Client().post("/status/main/subscribe", {"way": "webhook", "address": receiver.url})
    tell_all()
    told = receiver.json()
    assert "/status/subscribe/confirm/" in told["confirmation"]["url"]
    assert told["confirmation"]["secret"] == secrets.unseal(Subscriber.objects.get().secret)


def test_slack_and_teams_get_a_message_of_their_kind(
    receiver: Receiver, follow: Follow, publish: Publish, declare: Declare
) -> None:
    follow(receiver.url, way="slack")
    publish(declare(), title="Checkout <down> & out", body="**Use** transfers.")
    tell_all()
    told = receiver.json()
    assert "Checkout &lt;down&gt; &amp; out" in told["blocks"][0]["text"]["text"]
    assert told["blocks"][1]["text"]["text"] == "Use transfers."
    Subscriber.objects.update(way="teams")
    publish(declare("Another"), body="**Use** transfers.")
    tell_all()
    card = receiver.json()["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["body"][1]["text"] == "Use transfers."
    assert card["actions"][0]["url"].startswith("http")


def test_a_text_message_goes_out_as_the_provider_wants_it(
    receiver: Receiver, follow: Follow, publish: Publish, declare: Declare, settings: Any
) -> None:
    settings.SMS_URL, settings.SMS_AUTH = receiver.url, "account:secret"
    settings.SMS_FIELDS = "To={to}&From=%2B15550100&Body={text}"
    follow("+31612345678", way="sms")
    publish(declare("Checkout is down & out"))
    tell_all()
    headers, body = receiver.posts[0]
    fields = parse_qs(body.decode())
    assert fields["To"] == ["+31612345678"]
    assert fields["From"] == ["+15550100"]
    assert "Ferrybank: Investigating" in fields["Body"][0]
    assert headers["Authorization"].startswith("Basic ")


def test_a_receiver_that_redirects_or_fails_is_not_followed_and_tried_again(
    receiver: Receiver, follow: Follow, publish: Publish, declare: Declare
) -> None:
    subscriber = follow(receiver.url, way="webhook")
    for status, state in ((302, "due"), (503, "due"), (410, "failed")):
        receiver.status = status
        publish(declare(f"Answer {status}"))
        tell_all()
        telling = Telling.objects.latest("pk")
        assert (telling.state, str(status) in telling.error) == (state, True)
    assert len(receiver.posts) == 3
    subscriber.refresh_from_db()
    assert subscriber.bounces == 1


INSIDE = (
    *("http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/x", "https://2130706433/"),
    *("https://0x7f.1/", "https://127.1/", "https://0/", "https://[::1]/", "https://10.0.0.1/"),
    *("https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/", "https://[fe80::1]/"),
    *("https://100.100.100.200/", "https://224.0.0.1/", "https://192.0.0.8/"),
    *("https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/", "https://[ff02::1]/"),
    *("https://[::127.0.0.1]/", "https://intranet/", "https://db.internal/", "ftp://example.com/"),
    *("https://user:pw@example.com/", "https://example.com:6379/", "file:///etc/passwd", "x"),
    *("https://exa\nmple.com/", "//example.com/", "https://", "gopher://example.com:80/"),
)


@pytest.mark.parametrize("url", INSIDE)
def test_no_address_inside_is_taken(url: str) -> None:
    with pytest.raises(Invalid):
        addresses.checked("webhook", url)


@pytest.mark.parametrize(
    "url", ["https://93.184.216.34/hook", "https://hooks.example.com:443/a?b=c"]
)
def test_public_addresses_are_taken(url: str) -> None:
    assert addresses.checked("webhook", url) == url


def test_a_name_that_leads_inside_is_not_connected_to(
    receiver: Receiver,
    follow: Follow,
    publish: Publish,
    declare: Declare,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Checked where the connection is made: a name may lead elsewhere than when it was given."""
    settings.OUTBOUND_ALLOWED = []
    monkeypatch.setattr(guarded, "PORTS", frozenset({receiver.server.server_port}))
    monkeypatch.setattr(
        guarded.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 1))]
    )
    follow(f"http://rebound.example:{receiver.server.server_port}/", way="webhook")
    publish(declare())
    tell_all()
    assert receiver.posts == []
    assert "not on the public internet" in Telling.objects.get().error


def test_numbers_come_in_one_form(settings: Any) -> None:
    settings.SMS_URL, settings.SMS_FIELDS = "https://sms.example/", "To={to}"
    assert addresses.checked("sms", "+31 (6) 1234-5678") == "+31612345678"
    assert addresses.checked("sms", "0031 6 12345678") == "+31612345678"
    with pytest.raises(Invalid):
        addresses.checked("sms", "0612345678")
