"""A notice on the sockets of whom it calls, and on nobody else's."""

import pytest
from django.db import transaction

from incidents.engine import deliveries
from incidents.events import bus, calling
from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from incidents.reactions import notices
from tests.conftest import People
from tests.warroom.conftest import Enter
from warroom.realtime.workers import workers

pytestmark = pytest.mark.django_db(transaction=True)


def _page(incident: Incident, user: User, by: User) -> None:
    body = calling.PersonPaged(handle=user.username, name=str(user), why="look at the pool")
    with transaction.atomic():
        bus.emit(incident, body, actor=Actor.of(by))
    while deliveries.work():
        pass


def _read_all(user: User) -> None:
    notices.read_those(notices.of(notices.Principal(user=user)))


async def test_it_comes_to_the_feed_and_to_the_room_of_whom_it_calls(
    enter: Enter, people: People, incident: Incident
) -> None:
    feed, room = await enter(people.teammate), await enter(people.teammate, incident)
    for visitor in (feed, room):
        await visitor.expect("hello")
    await workers.run(_page, incident, people.teammate, people.commander)
    for visitor in (feed, room):
        heard = await visitor.expect("notice")
        assert heard["unread"] == 1
        assert heard["news"][0]["text"] == "calls you: look at the pool"
        assert heard["news"][0]["urgent"] is True


async def test_it_comes_to_nobody_else(enter: Enter, people: People, incident: Incident) -> None:
    cara, tom = await enter(people.commander), await enter(people.teammate)
    await workers.run(_page, incident, people.teammate, people.commander)
    await tom.expect("notice")
    await workers.run(_page, incident, people.commander, people.teammate)
    heard = await cara.expect("notice")
    assert [news["actor"] for news in heard["news"]] == ["Tom Teammate"]


async def test_the_other_pages_of_a_reader_hear_that_it_was_read(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate)
    await workers.run(_page, incident, people.teammate, people.commander)
    assert (await tom.expect("notice"))["unread"] == 1
    await workers.run(_read_all, people.teammate)
    heard = await tom.expect("notice")
    assert (heard["unread"], heard["news"]) == (0, [])


async def test_it_is_found_without_a_ring(
    enter: Enter, people: People, incident: Incident, no_hints: None
) -> None:
    tom = await enter(people.teammate)
    await tom.expect("hello")
    await workers.run(_page, incident, people.teammate, people.commander)
    assert (await tom.expect("notice"))["unread"] == 1
