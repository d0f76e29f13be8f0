"""From the answer of the door to what has become of the message."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.test import Client

from incidents.models import User
from tests.conftest import People
from tests.intake.conftest import Fold, Visitor


def test_it_leads_to_the_alert(
    visitor: Visitor, fold: Fold, people: People, sign_in: Callable[[User], Client]
) -> None:
    visitor.event(source="db-1")
    address = urlsplit(visitor.event(source="db-2").json()["trace"]).path
    browser = sign_in(people.observer)
    assert browser.get(address).status_code == 404
    fold()
    page = browser.get(address, follow=True)
    assert page.status_code == 200
    assert page.context["alert"].labels["source"] == "db-2"


def test_strangers_must_sign_in_first(visitor: Visitor) -> None:
    address = urlsplit(visitor.event().json()["trace"]).path
    assert Client().get(address).status_code in {302, 401}
