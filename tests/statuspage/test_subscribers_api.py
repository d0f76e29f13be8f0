"""Subscribers over the API: programs of admins list, add and remove them, and hand in bounces."""

import pytest
from django.test import Client

from bench.smtp_sink import Sink
from incidents.models import ApiKey, Scope
from statuspage.models import Component, StatusPage, Subscriber, Telling
from statuspage.services import links
from tests.conftest import Declare
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all
from tests.statuspage.test_bounces import returned

pytestmark = pytest.mark.django_db

PATH = "/api/status/subscribers"


@pytest.fixture
def api(page: StatusPage) -> Client:
    _, token = ApiKey.issue("programs", [Scope.ADMIN])
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_subscriber_is_added_listed_and_removed(
    api: Client, sink: Sink, checkout: Component
) -> None:
    body = {"address": "Ana@Example.com", "components": ["checkout"], "agreed": True}
    made = api.post(PATH, body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["state"] == "active"
    assert made.json()["components"] == ["checkout"]
    assert api.post(PATH, body, content_type="application/json").status_code == 409
    listed = api.get(f"{PATH}?address=ana&state=active").json()
    assert [row["address"] for row in listed["results"]] == ["Ana@example.com"]
    assert api.delete(f"{PATH}/{made.json()['id']}").status_code == 204
    assert not Subscriber.objects.exists()


def test_what_is_wrong_is_named(api: Client, sink: Sink) -> None:
    for body in ({"address": "x"}, {"address": "a@b.cd", "components": ["no"]}, {}):
        assert api.post(PATH, body, content_type="application/json").status_code == 422


def test_a_key_that_is_no_admins_sees_no_address(page: StatusPage, follow: Follow) -> None:
    follow("ana@example.com")
    _, token = ApiKey.issue("others", [Scope.STATUS, Scope.READ])
    asked = Client(headers={"Authorization": f"Bearer {token}"})
    assert asked.get(PATH).status_code == 403


def test_a_mail_that_came_back_is_handed_in(
    api: Client, sink: Sink, follow: Follow, publish: Publish, declare: Declare
) -> None:
    follow("gone@example.com")
    publish(declare())
    tell_all()
    mail = returned(links.message_id(Telling.objects.get().pk)).decode()
    answer = api.post("/api/status/bounces", {"message": mail}, content_type="application/json")
    assert answer.json()["counted"] is True
    assert Subscriber.objects.get().bounces == 1
