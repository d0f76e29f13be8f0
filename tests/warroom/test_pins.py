"""Pins: what must not be lost in the stream."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.engine import deliveries
from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Incident, User
from tests.conftest import Declare, People
from warroom.models import Message, Pin
from warroom.services import chat, pins, reactions, saying

Sign = Callable[[User], Client]


@pytest.fixture
def said(incident: Incident, people: People) -> Message:
    body = "The pool is at **20/20**"
    return chat.post(incident_id=incident.pk, body=body, actor=Actor.of(people.teammate))


def _pin(incident: Incident, seq: int, user: User) -> Pin:
    return pins.pin(incident_id=incident.pk, seq=seq, actor=Actor.of(user))


def _told(incident: Incident) -> list[str]:
    return [f.text for f in timeline.of_kind(incident.pk, "pin.added", "pin.removed")]


def test_it_is_pinned_once_and_unpinned_once(
    incident: Incident, people: People, said: Message
) -> None:
    for _ in range(2):
        _pin(incident, said.seq, people.commander)
    for _ in range(2):
        actor = Actor.of(people.commander)
        pins.unpin(incident_id=incident.pk, seq=said.seq, actor=actor)
    what = f"what Tom Teammate said (#{said.seq})"
    assert _told(incident) == [f"pinned {what}", f"unpinned {what}"]
    assert not Pin.objects.exists()


def test_it_pins_facts_too_but_no_pins(incident: Incident, people: People) -> None:
    _pin(incident, 1, people.teammate)
    assert _told(incident) == ["pinned an entry of the timeline (#1)"]
    incident.refresh_from_db()
    with pytest.raises(Invalid, match="cannot be pinned"):
        _pin(incident, incident.last_seq, people.teammate)
    with pytest.raises(NotFound, match="no message or fact 99"):
        _pin(incident, 99, people.teammate)


def test_it_shows_what_the_message_says_now(
    incident: Incident, people: People, said: Message, sign_in: Sign
) -> None:
    _pin(incident, said.seq, people.commander)
    chat.edit(message_id=said.pk, body="It was *the cache*", actor=Actor.of(people.teammate))
    client, room = sign_in(people.observer), incident.get_absolute_url()
    assert "<em>the cache</em>" in client.get(f"{room}/known").content.decode()
    assert f'data-jump="{said.seq}">It was the cache</a>' in client.get(room).content.decode()


def test_it_is_pinned_and_unpinned_by_a_form(
    incident: Incident, people: People, said: Message, sign_in: Sign
) -> None:
    client, address = sign_in(people.teammate), f"/incidents/{incident.pk}/pins/{said.seq}"
    assert client.post(address).status_code == 302
    assert Pin.objects.get().seq == said.seq
    assert client.post(address, {"unpin": "yes"}, headers={"HX-Request": "true"}).status_code == 204
    assert not Pin.objects.exists()


def test_it_is_typed(incident: Incident, people: People, said: Message) -> None:
    principal = Principal(user=people.teammate)
    saying.say(principal=principal, incident=incident, text="/pin")
    saying.say(principal=principal, incident=incident, text="/pin #1")
    assert [pin.seq for pin in Pin.objects.all()] == [1, said.seq]
    with pytest.raises(Invalid, match="Say which message"):
        saying.say(principal=principal, incident=incident, text="/pin this")


def test_there_may_be_nothing_to_pin(declare: Declare, people: People) -> None:
    principal = Principal(user=people.teammate)
    with pytest.raises(Invalid, match="Nothing has been said"):
        saying.say(principal=principal, incident=declare(), text="/pin")


def test_programs_pin(
    incident: Incident, people: People, said: Message, key: Callable[..., str]
) -> None:
    client = Client(headers={"Authorization": f"Bearer {key('read', 'incidents')}"})
    address = f"/api/incidents/{incident.pk}/pins"
    made = client.post(address, {"seq": said.seq}, content_type="application/json")
    assert (made.status_code, made.json()["pinned_by"]) == (201, "probe")
    assert [pin["seq"] for pin in client.get(address).json()["results"]] == [said.seq]
    assert client.delete(f"{address}/{said.seq}").status_code == 204
    assert client.get(address).json()["results"] == []


def _react(said: Message, user: User, *, back: bool = False) -> None:
    reactions.react(message_id=said.pk, char="pushpin", actor=Actor.of(user))
    if back:
        reactions.unreact(message_id=said.pk, char="pushpin", actor=Actor.of(user))
    while deliveries.work():
        pass


def test_a_pushpin_pins_unless_it_is_taken_back_at_once(people: People, said: Message) -> None:
    _react(said, people.commander, back=True)
    assert not Pin.objects.exists()
    _react(said, people.commander)
    pinned = Pin.objects.get()
    assert (pinned.seq, pinned.pinned_by) == (said.seq, "Cara Commander")


def test_what_was_deleted_is_neither_shown_nor_pinned(
    incident: Incident, people: People, said: Message, sign_in: Sign
) -> None:
    _pin(incident, said.seq, people.commander)
    chat.delete(message_id=said.pk, principal=Principal(user=people.teammate))
    page = sign_in(people.observer).get(f"{incident.get_absolute_url()}/known").content.decode()
    assert "Nothing is on record yet" in page
    pins.unpin(incident_id=incident.pk, seq=said.seq, actor=Actor.of(people.commander))
    with pytest.raises(Invalid, match="cannot be pinned"):
        _pin(incident, said.seq, people.commander)
