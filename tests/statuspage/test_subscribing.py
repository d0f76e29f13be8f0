"""Asking to be told, confirming, choosing, and the way out: by the pages that anybody may open."""

from typing import Any

import pytest
from django.test import Client

from bench.smtp_sink import Sink
from statuspage.models import Component, StatusPage, Subscriber, Telling
from statuspage.services import links
from tests.conftest import FrozenClock
from tests.statuspage.subscribed import Follow, tell_all

pytestmark = pytest.mark.django_db

FORM = "/status/main/subscribe"


@pytest.fixture
def reader(page: StatusPage) -> Client:
    """Somebody without a cookie, whose browser is asked for tokens against forgery."""
    return Client(enforce_csrf_checks=True)


def ask(reader: Client, address: str, way: str = "email", **more: Any) -> Any:
    return reader.post(FORM, {"way": way, "address": address, **more})


def path_of(url: str) -> str:
    """Where Django has what a link in a message leads to."""
    return "/status/main" + url.partition("/status")[2]


def link_to(subscriber: Subscriber, what: str) -> str:
    token = links.token(subscriber)
    return path_of(links.of(subscriber.page, token, "en")[what])


def test_it_asks_an_address_before_it_tells_it_anything(reader: Client, sink: Sink) -> None:
    answer = ask(reader, "Ana@Example.com")
    assert (answer.status_code, answer["Location"]) == (303, "/status/subscribe?sent=email")
    tell_all()
    subscriber = Subscriber.objects.get()
    assert (subscriber.state, subscriber.address) == ("pending", "Ana@example.com")
    assert len(sink.messages) == 1
    assert b"/status/subscribe/confirm/" in sink.messages[0]


def test_confirming_takes_a_press_of_a_button(reader: Client, sink: Sink) -> None:
    ask(reader, "ana@example.com")
    subscriber = Subscriber.objects.get()
    path = link_to(subscriber, "confirm")
    assert reader.get(path).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == "pending"
    assert reader.post(path).status_code == 303
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.confirmed_at is not None) == ("active", True)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    reader: Client, sink: Sink, follow: Follow
) -> None:
    follow("known@example.com")
    known, unknown = ask(reader, "known@example.com"), ask(reader, "new@example.com")
    for answer in (known, unknown):
        assert answer.status_code == 303
        assert answer["Location"] == "/status/subscribe?sent=email"
    assert known.content == unknown.content
    assert dict(known.items()) == dict(unknown.items())
    tell_all()
    assert sorted(address for address, _ in sink.taken) == ["known@example.com", "new@example.com"]


def test_who_is_subscribed_already_gets_the_links_again(
    reader: Client, sink: Sink, follow: Follow
) -> None:
    follow("ana@example.com")
    ask(reader, "ANA@example.com")
    tell_all()
    assert Subscriber.objects.count() == 1
    assert b"/status/manage/" in sink.messages[0]
    assert b"confirm" not in sink.messages[0].lower()


def test_an_address_gets_three_messages_an_hour_at_most(
    reader: Client, sink: Sink, frozen: FrozenClock
) -> None:
    for _ in range(5):
        assert ask(reader, "ana@example.com").status_code == 303
    assert Telling.objects.count() == 3
    frozen.fast_forward(minutes=61)
    ask(reader, "ana@example.com")
    assert Telling.objects.count() == 4


def test_somebody_who_types_a_wrong_address_is_told_so(reader: Client, sink: Sink) -> None:
    for wrong in ("ana", "ana@", "a@b\r\nBcc: x@y.z", "=cmd@x", "ana@exa mple.com", ""):
        answer = ask(reader, wrong)
        assert answer.status_code == 422, wrong
        assert "That is no e-mail address." in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_what_one_ticks_is_what_one_hears(
    reader: Client, sink: Sink, checkout: Component, transfers: Component
) -> None:
    ask(
        reader,
        "ana@example.com",
        choosing="1",
        component=[checkout.pk],
        wants=["incidents"],
        pace="daily",
    )
    subscriber = Subscriber.objects.get()
    assert list(subscriber.components.all()) == [checkout]
    assert (subscriber.wants_incidents, subscriber.wants_maintenance) == (True, False)
    assert subscriber.pace == "daily"


def test_ticking_all_means_what_comes_later_too(
    reader: Client, sink: Sink, checkout: Component, transfers: Component
) -> None:
    both = [checkout.pk, transfers.pk]
    ask(reader, "ana@example.com", choosing="1", component=both, wants=["incidents"])
    assert not Subscriber.objects.get().components.exists()


def test_settings_are_changed_with_the_link_alone(
    reader: Client, follow: Follow, checkout: Component, transfers: Component
) -> None:
    subscriber = follow("ana@example.com")
    path = link_to(subscriber, "manage")
    assert "ana@example.com" in reader.get(path).content.decode()
    given = {"choosing": "1", "component": transfers.pk, "wants": "maintenance", "pace": "at_once"}
    answer = reader.post(path, given)
    assert answer.status_code == 303
    subscriber.refresh_from_db()
    assert list(subscriber.components.all()) == [transfers]
    assert not subscriber.wants_incidents
    assert "Saved." in reader.get(path_of(answer["Location"])).content.decode()


def test_following_the_link_out_changes_nothing_pressing_the_button_does(
    reader: Client, follow: Follow
) -> None:
    subscriber = follow("ana@example.com")
    path = link_to(subscriber, "unsubscribe")
    for _ in range(2):
        assert "Stop these messages?" in reader.get(path).content.decode()
        assert reader.head(path).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == "active"
    assert "You are unsubscribed" in reader.post(path).content.decode()
    subscriber.refresh_from_db()
    assert subscriber.state == "left"


def test_a_mail_program_unsubscribes_by_one_click(reader: Client, follow: Follow) -> None:
    """RFC 8058: a POST without cookies, referer or token, and an answer that is no redirect."""
    subscriber = follow("ana@example.com")
    path = link_to(subscriber, "unsubscribe")
    answer = reader.post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == "left"
    assert reader.post(path).status_code == 200


@pytest.mark.parametrize("what", ["confirm", "manage", "unsubscribe"])
def test_a_link_that_was_made_up_or_is_void_opens_nothing(
    what: str, reader: Client, follow: Follow
) -> None:
    subscriber = follow("ana@example.com")
    path = link_to(subscriber, what)
    other = StatusPage.objects.create(slug="other", name="Other")
    assert reader.get(path.replace("/main/", f"/{other.slug}/")).status_code == 404
    assert reader.post(path[:-3] + "abc").status_code == 404
    Subscriber.objects.filter(pk=subscriber.pk).update(nonce="another")
    assert reader.post(path).status_code == 404
    subscriber.refresh_from_db()
    assert subscriber.state == "active"


def test_subscribing_again_makes_old_links_void(reader: Client, sink: Sink, follow: Follow) -> None:
    subscriber = follow("ana@example.com", state="left")
    old = link_to(subscriber, "manage")
    ask(reader, "ana@example.com")
    subscriber.refresh_from_db()
    assert subscriber.state == "pending"
    assert reader.get(old).status_code == 404


def test_only_ways_that_can_work_are_offered(reader: Client, settings: Any) -> None:
    html = reader.get(FORM).content.decode()
    assert 'value="webhook"' in html
    assert 'value="email"' not in html
    assert 'value="sms"' not in html
    settings.SMS_URL, settings.SMS_FIELDS = "https://sms.example/send", "To={to}&Body={text}"
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://127.0.0.1", "s@example.com"
    html = reader.get(FORM).content.decode()
    assert 'value="email"' in html
    assert 'value="sms"' in html


def test_a_page_that_takes_no_subscribers_has_no_form(reader: Client, page: StatusPage) -> None:
    page.takes_subscribers = False
    page.save()
    assert reader.get(FORM).status_code == 404


def test_its_pages_are_kept_by_nobody_and_set_no_cookie(reader: Client, follow: Follow) -> None:
    answer = reader.get(link_to(follow("ana@example.com"), "manage"))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies


def test_it_speaks_german_where_the_page_does(reader: Client, sink: Sink, page: StatusPage) -> None:
    page.languages = ["de"]
    page.save()
    german = reader.get(f"{FORM}?language=de").content.decode()
    assert '<html lang="de"' in german
    assert "Andere Wege" in german
    assert '<html lang="en"' in reader.get(f"{FORM}?language=xx").content.decode()


def test_it_says_in_german_what_is_wrong(reader: Client, sink: Sink, page: StatusPage) -> None:
    page.languages = ["de"]
    page.save()
    wrong = reader.post(f"{FORM}?language=de", {"way": "email", "address": "ana"})
    assert "Das ist keine E-Mail-Adresse." in wrong.content.decode()
    lost = reader.get("/status/main/manage/made-up?language=de")
    assert "Dieser Link gilt nicht mehr." in lost.content.decode()


def test_one_network_address_asks_twenty_times_a_minute_at_most(
    reader: Client, page: StatusPage
) -> None:
    codes = [ask(reader, "nobody").status_code for _ in range(25)]
    assert codes == [422] * 20 + [429] * 5
