"""Signing in, and what a person likes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import SignInLink, User
from tests.conftest import FrozenClock, People

SignIn = Callable[[User], Client]


def _address(token: str) -> str:
    return reverse("web:link", kwargs={"token": token})


def test_a_link_signs_in_once(people: People, client: Client) -> None:
    token = SignInLink.issue(people.teammate)
    assert client.get(_address(token)).status_code == 200, "looking at it does not use it up"
    assert client.post(_address(token)).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(people.teammate.pk)
    assert Client().post(_address(token)).status_code == 410


def test_a_link_expires(people: People, client: Client, frozen: FrozenClock) -> None:
    token = SignInLink.issue(people.teammate, lifetime=timedelta(hours=1))
    frozen.fast_forward(hours=1)
    assert client.post(_address(token)).status_code == 410


def test_a_link_of_somebody_who_left_is_dead(people: People, client: Client) -> None:
    token = SignInLink.issue(people.teammate)
    User.objects.filter(pk=people.teammate.pk).update(is_active=False)
    assert client.post(_address(token)).status_code == 410


@pytest.fixture
def with_password(people: People) -> User:
    people.teammate.set_password("a long enough password")
    people.teammate.save()
    return people.teammate


def test_a_password_signs_in_and_leads_back(with_password: User, client: Client) -> None:
    data = {"username": "tom", "password": "a long enough password", "next": "/alerts"}
    assert client.post("/sign-in", data).headers["Location"] == "/alerts"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_it_never_leads_elsewhere(with_password: User, client: Client, elsewhere: str) -> None:
    data = {"username": "tom", "password": "a long enough password", "next": elsewhere}
    assert client.post("/sign-in", data).headers["Location"] == "/"


def test_it_stops_guessing(with_password: User, client: Client) -> None:
    wrong = {"username": "tom", "password": "wrong"}
    for _ in range(8):
        client.post("/sign-in", wrong)
    right = {"username": "tom", "password": "a long enough password"}
    assert client.post("/sign-in", right).status_code in {403, 422, 429}
    assert "_auth_user_id" not in client.session


def test_it_keeps_the_theme(people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.observer)
    browser.post("/preferences", {"theme": "dark", "next": "/"})
    people.observer.refresh_from_db()
    assert (people.observer.theme, browser.cookies["theme"].value) == ("dark", "dark")


def test_it_ignores_a_theme_that_does_not_exist(people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.observer)
    browser.post("/preferences", {"theme": "'; drop table", "next": "/"})
    assert "theme" not in browser.cookies


def test_a_weak_password_is_refused(people: People, sign_in: SignIn) -> None:
    data = {"name": "Tom", "time_zone": "UTC", "password": "short"}
    answer = sign_in(people.teammate).post("/account", data)
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()


def test_an_admin_who_becomes_an_observer_is_no_admin_any_more(people: People) -> None:
    people.admin.role = "observer"
    people.admin.save()
    people.admin.refresh_from_db()
    assert (people.admin.role, people.admin.is_staff) == ("observer", False)
