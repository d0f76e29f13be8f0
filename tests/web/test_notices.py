"""Notices: who is told of what, once, and how they take note of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from incidents.engine import deliveries, retention
from incidents.events import bus, calling
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Delivery, Fact, Incident, Notice, User
from incidents.pipeline import lifecycle
from incidents.reactions import notices
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


def call(incident: Incident, *people: User, by: User, why: str = "the pool is full") -> Fact:
    """An urgent call; the engine tells them."""
    body = calling.IncidentEscalated(
        handles=[user.username.upper() for user in people] + ["nobody"],
        people=[str(user) for user in people],
        whom="the team Payments",
        why=why,
    )
    with transaction.atomic():
        fact = bus.emit(incident, body, actor=Actor.of(by))
    work()
    return fact


def work() -> None:
    while deliveries.work():
        pass


def told() -> list[str]:
    return list(Notice.objects.order_by("user__username").values_list("user__username", flat=True))


@pytest.fixture
def incident(declare: Declare) -> Incident:
    return declare("Checkout is down")


def test_it_tells_everybody_who_is_called_but_not_who_calls(
    people: People, incident: Incident
) -> None:
    call(incident, people.teammate, people.commander, by=people.commander)
    assert told() == ["tom"]
    notice = Notice.objects.get()
    assert notice.text == "calls the team Payments, you among them: the pool is full"
    assert notice.url == f"/incidents/{incident.reference}#m-{notice.fact.seq}"
    assert notice.urgent


def test_it_tells_each_person_once_however_often_the_engine_runs(
    people: People, incident: Incident
) -> None:
    fact = call(incident, people.teammate, by=people.commander)
    notices.notify(fact)
    assert told() == ["tom"]


def test_it_tells_nobody_who_left_or_may_not_see_the_incident(
    people: People, declare: Declare
) -> None:
    User.objects.filter(pk=people.observer.pk).update(is_active=False)
    secret = declare("A breach", private=True, by=people.commander)
    lifecycle.assign(
        incident_id=secret.pk,
        role="scribe",
        user=people.teammate,
        actor=Actor.of(people.commander),
    )
    work()
    Notice.objects.all().delete()
    call(secret, people.teammate, people.stranger, people.observer, by=people.commander)
    assert told() == ["tom"]


def give(incident: Incident, user: User, role: str, *, by: User) -> None:
    lifecycle.assign(incident_id=incident.pk, role=role, user=user, actor=Actor.of(by))
    work()


def test_whoever_gets_a_role_is_told(people: People, incident: Incident) -> None:
    give(incident, people.teammate, "operations", by=people.commander)
    notice = Notice.objects.get(user=people.teammate)
    assert (notice.text, notice.urgent) == ("made you operations lead", False)


def test_facts_that_call_nobody_leave_no_work(people: People, incident: Incident) -> None:
    work()
    lifecycle.note(incident_id=incident.pk, text="x", actor=Actor.of(people.commander))
    assert not Delivery.objects.filter(state="pending", subscriber="incidents.notices").exists()


def test_the_bell_counts_what_is_unread_and_shows_what_is_urgent(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    call(incident, people.teammate, by=people.commander)
    page = sign_in(people.teammate).get("/account").content.decode()
    assert 'data-unread="1"' in page
    assert "you among them: the pool is full" in page
    assert 'data-unread="0"' in sign_in(people.commander).get("/account").content.decode()


def test_opening_a_notice_takes_note_of_it_and_goes_to_the_message(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    call(incident, people.teammate, by=people.commander)
    notice = Notice.objects.get()
    address = reverse("web:notice", kwargs={"pk": notice.pk})
    assert sign_in(people.commander).post(address).status_code == 404
    tom = sign_in(people.teammate)
    assert tom.post(address).headers["Location"] == notice.url
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "Read</h2>" in tom.get("/notices").content.decode()


def test_a_notice_is_seen_where_one_is(people: People, incident: Incident, sign_in: SignIn) -> None:
    call(incident, people.teammate, by=people.commander)
    address = reverse("web:notice", kwargs={"pk": Notice.objects.get().pk})
    tom = sign_in(people.teammate)
    answer = tom.post(address, {"stay": "yes"}, headers={"HX-Request": "true"})
    assert 'data-unread="0"' in answer.content.decode()
    assert tom.post(address, {"stay": "yes"}).headers["Location"] == "/notices"


def test_all_are_read_at_once(people: People, incident: Incident, sign_in: SignIn) -> None:
    for person in (people.teammate, people.stranger):
        call(incident, person, by=people.commander)
    tom = sign_in(people.teammate)
    assert "Unread</h2>" in tom.get("/notices").content.decode()
    tom.post("/notices/read")
    assert list(Notice.objects.filter(read_at=None).values_list("user__username")) == [("stan",)]


def test_whoever_may_no_longer_see_the_incident_sees_no_notice_of_it(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    call(incident, people.teammate, by=people.commander)
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=Actor.of(people.commander))
    tom = sign_in(people.teammate)
    page = tom.get("/notices").content.decode()
    assert "Checkout" not in page
    assert 'data-unread="0"' in page
    assert tom.get("/api/notices").json()["results"] == []
    address = reverse("web:notice", kwargs={"pk": Notice.objects.get(user=people.teammate).pk})
    assert tom.post(address).status_code == 404


def test_the_api_lists_them_and_takes_note(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    call(incident, people.teammate, by=people.commander)
    tom = sign_in(people.teammate)
    found = tom.get("/api/notices", {"unread": "true"}).json()["results"]
    assert [(row["incident"], row["urgent"], row["actor"]) for row in found] == [
        (incident.reference, True, "Cara Commander")
    ]
    answer = tom.post("/api/notices/read", {"ids": [found[0]["id"]]}, "application/json")
    assert answer.json() == {"read": 1}
    assert tom.post("/api/notices/read", {}, "application/json").json() == {"read": 0}
    assert tom.get("/api/notices", {"unread": "true"}).json()["results"] == []


def test_reading_the_room_is_reading_what_called_one_there(
    people: People, incident: Incident
) -> None:
    give(incident, people.teammate, "operations", by=people.commander)
    give(incident, people.teammate, "scribe", by=people.commander)
    first = Notice.objects.earliest("pk").fact
    room = (people.teammate.pk, incident.pk)
    assert notices.read_upto({room: first.seq, (people.observer.pk, incident.pk): 99}) == 1
    assert Notice.objects.get(read_at=None).fact.seq > first.seq


def test_an_urgent_call_is_not_answered_by_a_room_that_stands_open(
    people: People, incident: Incident
) -> None:
    call(incident, people.teammate, by=people.commander)
    assert notices.read_upto({(people.teammate.pk, incident.pk): 99}) == 0
    assert Notice.objects.get().read_at is None


def test_what_is_taken_back_calls_nobody_any_more(people: People, incident: Incident) -> None:
    notices.withdraw(call(incident, people.teammate, by=people.commander))
    assert told() == []


@pytest.mark.parametrize(
    ("days", "read", "kept"), [(29, True, True), (31, True, False), (31, False, True)]
)
def test_they_are_forgotten_after_a_while(
    people: People, incident: Incident, days: int, *, read: bool, kept: bool
) -> None:
    call(incident, people.teammate, by=people.commander)
    at = clock.now() - timedelta(days=days)
    Notice.objects.update(created_at=at, read_at=at if read else None)
    retention.work()
    assert Notice.objects.exists() is kept
