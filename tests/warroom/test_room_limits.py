"""How many are let into a room, and what becomes of those who do nothing in it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from incidents.pipeline import lifecycle
from tests.conftest import People
from tests.warroom.conftest import Enter, Visitor
from warroom.realtime import codes
from warroom.realtime.presence import Person
from warroom.realtime.workers import workers
from warroom.services import seats

SignIn = Callable[[User], Client]


@pytest.fixture
def full(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person may be in a room, and Olga is."""
    settings.ROOM_PEOPLE_LIMIT = 1
    monkeypatch.setattr(seats, "people_here", lambda _incident: [Person("olga", "Olga Observer")])


async def _first(visitor: Visitor) -> str:
    return str((await visitor.receive())["type"])


@pytest.mark.django_db(transaction=True)
async def test_a_full_room_still_lets_in_commanders_role_holders_and_who_was_there(
    enter: Enter, people: People, incident: Incident, full: None
) -> None:
    assert await (await enter(people.teammate, incident)).closed() == codes.FULL
    assert await _first(await enter(people.commander, incident)) == "hello"
    assert await _first(await enter(people.observer, incident)) == "hello"
    await workers.run(
        lifecycle.assign,
        incident_id=incident.pk,
        role="responder",
        user=people.teammate,
        actor=Actor.of(people.commander),
    )
    assert await _first(await enter(people.teammate, incident)) == "hello"


@pytest.mark.django_db
def test_the_page_of_a_full_room_says_so_and_shows_what_there_is_to_read(
    sign_in: SignIn, people: People, incident: Incident, full: None
) -> None:
    page = sign_in(people.teammate).get(f"/incidents/{incident.reference}").content.decode()
    assert "This room is full" in page
    assert 'id="composer"' not in page
    assert "room.js" not in page
    assert "?tab=timeline" in page


@pytest.mark.django_db(transaction=True)
async def test_who_does_nothing_is_shown_as_away_and_in_the_end_leaves(
    enter: Enter, people: People, incident: Incident, settings: Settings
) -> None:
    settings.ROOM_AWAY_MINUTES, settings.ROOM_TIMEOUT_MINUTES = 0.5 / 60, 2.5 / 60
    tom = await enter(people.teammate, incident)
    away = [{"handle": "tom", "name": "Tom Teammate", "state": "away"}]
    await tom.expect("presence", people=away)
    await tom.send(type="active")
    here = [{"handle": "tom", "name": "Tom Teammate", "state": "watching"}]
    await tom.expect("presence", people=here)
    assert await tom.closed() == codes.IDLE


@pytest.mark.django_db(transaction=True)
async def test_programs_stay_as_long_as_they_like(
    enter: Enter, incident: Incident, key: Callable[..., str], settings: Settings
) -> None:
    settings.ROOM_TIMEOUT_MINUTES = 0.2 / 60
    token = await workers.run(key, "read")
    program = await enter(None, incident, token=token)
    assert await _first(program) == "hello"
    assert await program.socket.receive_nothing(timeout=0.6)
