"""Subscribers in the console and over the API: for admins, with files in and out."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bench.smtp_sink import Sink
from incidents.models import User
from statuspage.models import Component, StatusPage, Subscriber, Telling
from statuspage.services import subscriber_files
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all

pytestmark = pytest.mark.django_db

LIST = "/status-page/main/subscribers"
SignIn = Callable[[User], Client]


@pytest.fixture
def admin(sign_in: SignIn, people: People, page: StatusPage) -> Client:
    return sign_in(people.admin)


def test_only_an_admin_sees_whom_the_page_tells(
    sign_in: SignIn, people: People, follow: Follow
) -> None:
    subscriber = follow("ana@example.com")
    for path in (LIST, f"{LIST}/{subscriber.pk}", f"{LIST}/export"):
        assert sign_in(people.commander).get(path).status_code == 403
        assert sign_in(people.admin).get(path).status_code == 200


def test_the_list_is_narrowed_by_address_state_and_way(admin: Client, follow: Follow) -> None:
    follow("ana@example.com")
    follow("ben@example.com", state="left")
    follow("https://example.com/hook", way="webhook")
    for query, found in (
        ("q=ana", "ana@example.com"),
        ("state=left", "ben@example.com"),
        ("way=webhook", "https://example.com/hook"),
    ):
        html = admin.get(f"{LIST}?{query}").content.decode()
        shown = [
            a
            for a in ("ana@example.com", "ben@example.com", "https://example.com/hook")
            if f">{a}<" in html
        ]
        assert shown == [found]


def test_a_long_list_goes_on_on_the_next_page(admin: Client, follow: Follow) -> None:
    for number in range(53):
        follow(f"s{number}@example.com")
    first = admin.get(LIST).content.decode()
    assert first.count("@example.com</a>") == 50
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    assert admin.get(LIST + older).content.decode().count("@example.com</a>") == 3


def test_an_admin_adds_an_address_which_is_asked_unless_it_agreed(
    admin: Client, sink: Sink
) -> None:
    admin.post(LIST, {"way": "email", "address": "ana@example.com"})
    admin.post(LIST, {"way": "email", "address": "ben@example.com", "agreed": "1"})
    tell_all()
    assert Subscriber.objects.get(address="ana@example.com").state == "pending"
    assert Subscriber.objects.get(address="ben@example.com").state == "active"
    assert [address for address, _ in sink.taken] == ["ana@example.com"]
    again = admin.post(LIST, {"way": "email", "address": "ben@example.com"})
    assert again.status_code == 409
    assert "subscribed already" in again.content.decode()


def test_a_subscriber_shows_what_it_was_sent_and_what_came_of_it(
    admin: Client, sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    sink.refused = {"ana@example.com"}
    subscriber = follow("ana@example.com")
    publish(declare(), title="Checkout is down")
    tell_all()
    html = admin.get(f"{LIST}/{subscriber.pk}").content.decode()
    assert "Checkout is down: investigating" in html
    assert "no such mailbox" in html


def test_the_links_are_sent_again_and_a_subscriber_is_ended_and_removed(
    admin: Client, sink: Sink, follow: Follow
) -> None:
    subscriber = follow("ana@example.com")
    path = f"{LIST}/{subscriber.pk}"
    assert admin.post(path, {"action": "resend"}).status_code == 302
    tell_all()
    assert b"/status/manage/" in sink.messages[0]
    admin.post(path, {"action": "end"})
    subscriber.refresh_from_db()
    assert subscriber.state == "left"
    admin.post(path, {"action": "remove"})
    assert not Subscriber.objects.exists()
    assert admin.get(path).status_code == 404


def take_in(admin: Client, text: str, **more: str) -> str:
    file = SimpleUploadedFile("list.csv", text.encode(), content_type="text/csv")
    return admin.post(f"{LIST}/import", {"file": file, **more}).content.decode()


def test_a_file_of_another_system_is_taken_in(
    admin: Client, sink: Sink, follow: Follow, checkout: Component
) -> None:
    follow("known@example.com")
    html = take_in(
        admin,
        "Email,Components,Language\nana@example.com,checkout,de\nknown@example.com,,\n"
        "ANA@example.com,,\nnonsense,,\nben@example.com,unheard-of,\n",
        agreed="1",
    )
    assert "1 added" in html
    assert "2 known already, 2 left out" in html
    assert "Line 5" in html
    assert "no component" in html
    ana = Subscriber.objects.get(address="ana@example.com")
    assert (ana.state, ana.language, ana.source) == ("active", "de", "import")
    assert list(ana.components.all()) == [checkout]
    assert not Telling.objects.exists()


def test_those_of_whom_nobody_says_that_they_agreed_are_asked(admin: Client, sink: Sink) -> None:
    take_in(admin, "address\nana@example.com\n")
    assert Subscriber.objects.get().state == "pending"
    tell_all()
    assert b"/status/subscribe/confirm/" in sink.messages[0]


def test_who_had_left_elsewhere_is_left_in_peace(admin: Client, sink: Sink) -> None:
    html = take_in(admin, "address,state\nana@example.com,left\n", agreed="1")
    assert "0 added" in html
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("text", ["", "name\nana\n", "\x00", "address\n" + '"' * 3 + "\x00"])
def test_a_file_that_is_none_is_refused_with_a_reason(admin: Client, text: str) -> None:
    file = SimpleUploadedFile("list.csv", text.encode() or b"\n")
    assert admin.post(f"{LIST}/import", {"file": file}).status_code == 422


def test_cells_that_spreadsheets_would_run_go_out_quoted_and_come_in_bare(
    admin: Client, follow: Follow, settings: Any
) -> None:
    settings.SMS_URL, settings.SMS_FIELDS = "https://sms.example/", "To={to}"
    follow("+31612345678", way="sms")
    follow("=cmd@example.com", last_error='=HYPERLINK("http://x")')
    answer = admin.get(f"{LIST}/export")
    assert answer["Content-Disposition"] == 'attachment; filename="subscribers-main.csv"'
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["address"] for row in rows] == ["'+31612345678", "'=cmd@example.com"]
    assert rows[1]["last_error"].startswith("'=")
    Subscriber.objects.filter(way="sms").delete()
    take_in(admin, text, agreed="1")
    assert Subscriber.objects.filter(address="+31612345678", way="sms").exists()


def test_thousands_of_lines_are_taken_in_with_few_queries(
    page: StatusPage, sink: Sink, django_assert_max_num_queries: Any
) -> None:
    raw = "address\n" + "".join(f"s{n}@example.com\n" for n in range(3_000))
    with django_assert_max_num_queries(30):
        found = subscriber_files.take_in(page=page, raw=raw.encode(), agreed=True)
    assert found.added == 3_000
