"""Replies: in their thread, and in the room only where they are sent there too."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.kernel.errors import NotFound
from incidents.models import Incident, User
from tests.conftest import Declare, People
from tests.warroom.conftest import Enter
from warroom.models import Message
from warroom.selectors import log
from warroom.services import chat
from warroom.services.chat import Envelope

SignIn = Callable[[User], Client]


def _say(incident: Incident, who: User, body: str, thread: int | None = None) -> Message:
    envelope = Envelope(thread=thread)
    actor = Actor.of(who)
    return chat.post(incident_id=incident.pk, body=body, actor=actor, envelope=envelope)


def test_a_reply_belongs_to_the_root_and_stays_out_of_the_room(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    root = _say(incident, people.teammate, "Root")
    reply = _say(incident, people.commander, "A reply", root.seq)
    deeper = _say(incident, people.teammate, "To the reply", reply.seq)
    assert deeper.thread_id == root.pk
    shown = [entry.fact.seq for entry in log.latest(incident.pk, 50).entries]
    assert (root.seq in shown, reply.seq in shown) == (True, False)
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert "2 replies, last" in page
    assert "by Tom Teammate" in page
    assert "A reply" not in page


def test_a_reply_is_sent_to_the_room_too_if_one_says_so(people: People, incident: Incident) -> None:
    root = _say(incident, people.teammate, "Root")
    envelope = Envelope(thread=root.seq, also_in_room=True)
    actor = Actor.of(people.teammate)
    both = chat.post(incident_id=incident.pk, body="To all", actor=actor, envelope=envelope)
    shown = {entry.fact.seq: entry for entry in log.latest(incident.pk, 50).entries}
    said = shown[both.seq].said
    assert said is not None
    assert said.thread_seq == root.seq


def test_nobody_replies_into_another_incident(
    people: People, incident: Incident, declare: Declare
) -> None:
    other = _say(declare("Another"), people.teammate, "There")
    with pytest.raises(NotFound):
        _say(incident, people.teammate, "Here", other.seq + 90)


def test_a_deleted_reply_no_longer_counts(people: People, incident: Incident) -> None:
    root = _say(incident, people.teammate, "Root")
    replies = [_say(incident, people.commander, f"{n}", root.seq) for n in range(2)]
    chat.delete(message_id=replies[1].pk, principal=Principal(user=people.commander))
    said = log.latest(incident.pk, 50).entries[-1].said
    assert said is not None
    assert said.thread is not None
    assert said.thread.count == 1


def test_a_link_to_a_reply_opens_the_room_at_its_root(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    root = _say(incident, people.teammate, "Root")
    reply = _say(incident, people.commander, "A reply", root.seq)
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}?message={reply.seq}")
    assert root.seq in [item.seq for item in page.context["items"]]
    assert f'data-wanted="{reply.seq}"' in page.content.decode()


def test_threads_and_reactions_cost_no_query_for_each_message(
    people: People, incident: Incident
) -> None:
    for number in range(10):
        root = _say(incident, people.teammate, f"Root {number}")
        _say(incident, people.commander, "A reply", root.seq)
    with CaptureQueriesContext(connection) as queries:
        log.since(incident.pk, 0, 100)
    assert len(queries) == 4


@pytest.mark.django_db(transaction=True)
async def test_a_reply_reaches_the_room_with_its_root_as_it_reads_now(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await enter(people.teammate, incident), await enter(people.commander, incident)
    root = await tom.say("Root")
    await tom.send(type="post", body="A reply", thread=root["seq"])
    heard = await cara.expect("fact", thread=root["seq"])
    assert (heard["row"], heard["room"]) == (root["seq"] + 1, False)
    assert "A reply" in heard["html"]
    assert f'id="m-{root["seq"]}"' in heard["root"]
    assert "1 reply, last" in heard["root"]


@pytest.mark.django_db(transaction=True)
async def test_a_late_comer_is_not_handed_what_has_been_deleted(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    slip = await tom.say("hunter2")
    await tom.send(type="edit", seq=slip["seq"], body="hunter3")
    await tom.fact("chat.edited")
    await tom.send(type="delete", seq=slip["seq"])
    await tom.fact("chat.deleted")
    cara = await enter(people.commander, incident, after=2)
    await cara.fact("chat.deleted")
    assert [fact["kind"] for fact in cara.facts] == ["chat.posted", "chat.edited", "chat.deleted"]
    assert "hunter" not in str(cara.facts)
