"""Pages that are not for everybody: from where, by whom, with what; with the database away too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings

from incidents.kernel import clock
from incidents.models import Service, Team, User
from statuspage.door import StatusDoor
from statuspage.models import Component, StatusPage
from statuspage.services import admission, refresh
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish, looked, request

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "correct horse battery"
ENTER = "/status/main/enter"
COOKIE = "status-page-main"
DOCUMENTS = (
    "",
    "/history",
    "/json",
    "/history.rss",
    "/api/v2/summary.json",
    "/badge.svg",
    "/embed",
)

Restrict = Callable[..., StatusPage]
SignIn = Callable[[User], Client]


@pytest.fixture
def restrict(
    page: StatusPage, declare: Declare, service: Service, publish: Publish, checkout: Component
) -> Restrict:
    """`restrict(password="…", networks=[…], asks_sign_in=True, teams=[…])`, with an incident."""

    def make(*, password: str = "", teams: tuple[Team, ...] = (), **more: Any) -> StatusPage:
        page.audience = "restricted"
        page.password = make_password(password) if password else ""
        for name, value in more.items():
            setattr(page, name, value)
        page.save()
        page.teams.set(teams)
        publish(declare("db-7", service=service), "identified", "We found it.")
        refresh(page.pk)
        return page

    return make


@pytest.fixture
def skip() -> Iterator[Callable[[timedelta], None]]:
    def pass_by(time: timedelta) -> None:
        clock.replace(lambda: datetime.now(UTC) + time)

    yield pass_by
    clock.replace(None)


async def given(door: StatusDoor, path: str, cookie: str = "", **more: str) -> Any:
    await looked(door)
    headers = {"cookie": f"other=1; {COOKIE}={cookie}"} if cookie else {}
    return await request(door, f"/status{path}", **headers, **more)


def entered(client: Client, password: str = SECRET, **more: Any) -> Any:
    return client.post(ENTER, {"password": password, **more})


async def test_it_shows_nothing_of_a_restricted_page_to_strangers(
    door: StatusDoor, restrict: Restrict
) -> None:
    await sync_to_async(restrict)(password=SECRET)
    asked = product(DOCUMENTS, (("text/html", 303), ("application/json", 401)))
    for path, (accept, status) in asked:
        answer = await given(door, path, accept=accept)
        assert answer.status == status, path
        assert b"We found" not in answer.body, path
        assert answer.headers["cache-control"] == "no-store", path
        assert "access-control-allow-origin" not in answer.headers, path


async def test_it_lets_those_in_who_know_the_password_and_no_cache_keep_it(
    door: StatusDoor, restrict: Restrict
) -> None:
    page = await sync_to_async(restrict)(password=SECRET)
    cookie = await sync_to_async(admission.cookie_for)(page, admission.PASSWORD, clock.now())
    for path in DOCUMENTS:
        answer = await given(door, path, cookie)
        assert answer.status == 200, path
        assert answer.headers["cache-control"] == "private, no-cache", path
        assert answer.headers["x-robots-tag"] == "noindex", path
        assert "cookie" in answer.headers["vary"], path
        assert "access-control-allow-origin" not in answer.headers, path


def test_it_gives_a_cookie_for_the_password_alone(restrict: Restrict, client: Client) -> None:
    restrict(password=SECRET)
    wrong = entered(client, "guess")
    assert (wrong.status_code, COOKIE in wrong.cookies) == (422, False)
    right = entered(client, next="/status/history")
    assert (right.status_code, right["Location"]) == (303, "/status/history")
    cookie = right.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/admin/", "/status/../x"],
)
def test_it_sends_nobody_elsewhere_afterwards(
    restrict: Restrict, client: Client, target: str
) -> None:
    restrict(password=SECRET)
    location = entered(client, next=target)["Location"]
    assert location.startswith("/status")
    assert "evil" not in location


def test_it_stops_those_who_guess(restrict: Restrict, client: Client) -> None:
    restrict(password=SECRET)
    codes = [entered(client, f"guess {n}").status_code for n in range(9)]
    assert codes == [422] * 8 + [429]
    assert entered(client).status_code == 429


def test_it_lets_people_of_the_team_in_and_others_not(
    restrict: Restrict, sign_in: SignIn, people: People
) -> None:
    team = Team.objects.create(slug="till", name="Till")
    team.members.add(people.teammate)
    restrict(asks_sign_in=True, teams=(team,))
    assert COOKIE in sign_in(people.teammate).get(ENTER).cookies
    refused = sign_in(people.observer).get(ENTER)
    assert (refused.status_code, COOKIE in refused.cookies) == (403, False)
    stranger = Client().get(f"{ENTER}?next=/status/history")
    assert stranger["Location"].startswith("/sign-in?next=%2Fstatus%2Fmain%2Fenter%3Fnext%3D")


def test_it_hands_people_over_to_the_pages_own_host_once(
    restrict: Restrict, sign_in: SignIn, people: People, skip: Callable[[timedelta], None]
) -> None:
    restrict(asks_sign_in=True, host="internal.example")
    sent = sign_in(people.observer).get(f"{ENTER}?for=host&next=/history")
    address = urlsplit(sent["Location"])
    assert (address.netloc, address.path) == ("internal.example", "/enter")
    ticket = parse_qs(address.query)["pass"][0]
    assert COOKIE in Client().get(ENTER, {"pass": ticket}).cookies
    skip(timedelta(seconds=90))
    assert COOKIE not in Client().get(ENTER, {"pass": ticket}).cookies


def test_it_does_not_exist_for_other_networks(restrict: Restrict) -> None:
    page = restrict(networks=["10.0.0.0/8", "2001:db8::/32"], password=SECRET)
    found = admission.terms_of(page)
    near = ("10.2.3.4", "::ffff:10.2.3.4", "2001:db8::7")
    far = ("192.0.2.1", "::1", "", "not an address")
    assert all(admission.is_near(found, address) for address in near)
    assert not any(admission.is_near(found, address) for address in far)
    assert entered(Client(REMOTE_ADDR="192.0.2.1")).status_code == 404
    assert entered(Client(REMOTE_ADDR="10.0.0.9")).status_code == 303


async def test_it_asks_for_nothing_else_where_networks_alone_decide(
    door: StatusDoor, restrict: Restrict
) -> None:
    await sync_to_async(restrict)(networks=["10.0.0.0/8"])
    assert (await given(door, "", client="10.0.0.9")).status == 200
    assert (await given(door, "", client="192.0.2.9")).status == 404


async def test_it_shows_a_page_that_names_nobody_to_nobody(
    door: StatusDoor, restrict: Restrict
) -> None:
    await sync_to_async(restrict)()
    assert (await given(door, "")).status == 404


def verdict(page: StatusPage, cookie: str, **more: Any) -> str:
    told = admission.terms_of(page)
    judged = admission.judge(
        told, page.slug, address="192.0.2.1", cookie=cookie, now=clock.now(), **more
    )
    return judged.value


def test_it_forgets_who_was_let_in_when_the_password_changes(restrict: Restrict) -> None:
    page = restrict(password=SECRET)
    cookie = admission.cookie_for(page, admission.PASSWORD, clock.now())
    assert verdict(page, cookie) == "admitted"
    page.password = make_password("another one, longer")
    assert verdict(page, cookie) == "asked"


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "eyJhIjoxfQ:1abc:def", "\x00", "é" * 900])
def test_it_takes_no_cookie_that_it_did_not_sign(restrict: Restrict, cookie: str) -> None:
    assert verdict(restrict(password=SECRET), cookie) == "asked"


def test_it_takes_no_cookie_of_another_page(restrict: Restrict) -> None:
    page = restrict(password=SECRET)
    other = StatusPage.objects.create(slug="other", name="Other", audience="restricted")
    other.password = page.password
    assert verdict(page, admission.cookie_for(other, admission.PASSWORD, clock.now())) == "asked"


def test_it_asks_who_signed_in_again_soon_but_not_while_the_database_is_away(
    restrict: Restrict, skip: Callable[[timedelta], None]
) -> None:
    page = restrict(asks_sign_in=True, password=SECRET)
    signed_in = admission.cookie_for(page, admission.SIGNED_IN, clock.now())
    by_password = admission.cookie_for(page, admission.PASSWORD, clock.now())
    skip(timedelta(hours=1))
    assert verdict(page, signed_in) == "asked"
    assert verdict(page, signed_in, is_away=True) == "admitted"
    assert verdict(page, by_password) == "admitted"
    skip(timedelta(hours=13))
    assert verdict(page, signed_in, is_away=True) == "asked"


async def test_it_keeps_letting_people_in_with_the_database_away(
    door: StatusDoor, cut_off_door: StatusDoor, restrict: Restrict, tmp_path: Path
) -> None:
    page = await sync_to_async(restrict)(asks_sign_in=True)
    cookie = await sync_to_async(admission.cookie_for)(page, admission.SIGNED_IN, clock.now())
    assert (await given(door, "", cookie)).status == 200
    answer = await given(cut_off_door, "", cookie)
    assert answer.status == 200
    assert "We found it." in answer.text
    assert (await given(cut_off_door, "")).status == 303
    assert page.password not in (tmp_path / "main.json").read_text() or not page.password


def test_it_has_no_way_in_where_none_is_needed(page: StatusPage, client: Client) -> None:
    assert client.get(ENTER).status_code == 404
    assert client.get("/status/nowhere/enter").status_code == 404


@override_settings(TRUSTED_PROXIES=["10.0.0.0/8"])
@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("192.0.2.1", "10.9.9.9", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
    ],
)
def test_it_knows_whose_request_it_is(peer: str, forwarded: str, found: str) -> None:
    assert admission.address_of(peer, forwarded) == found
