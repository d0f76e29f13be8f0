"""Reactions: once a person and emoji, taken back, and the same for everybody in the room."""

import uuid

import pytest

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Fact, Incident
from tests.conftest import People
from tests.warroom.conftest import Enter
from warroom.models import Message, Reaction, emoji
from warroom.selectors import messages
from warroom.services import chat, reactions


@pytest.fixture
def message(people: People, incident: Incident) -> Message:
    actor = Actor.of(people.teammate)
    return chat.post(incident_id=incident.pk, body="Rolled back", actor=actor)


@pytest.mark.parametrize("given", ["🎉", ":tada:", "tada", " :TADA: "])
def test_an_emoji_may_be_given_by_name(people: People, message: Message, given: str) -> None:
    reactions.react(message_id=message.pk, char=given, actor=Actor.of(people.commander))
    assert Reaction.objects.get().emoji == "🎉"


@pytest.mark.parametrize("given", ["", "tadaa", "<b>", "🎉🎉", "a" * 500])
def test_nothing_else_may_be_given(people: People, message: Message, given: str) -> None:
    with pytest.raises(Invalid, match="no emoji"):
        reactions.react(message_id=message.pk, char=given, actor=Actor.of(people.commander))


def test_it_counts_once_and_can_be_taken_back(people: People, message: Message) -> None:
    for act in (reactions.react, reactions.react, reactions.unreact, reactions.unreact):
        act(message_id=message.pk, char="eyes", actor=Actor.of(people.commander))
    assert not Reaction.objects.exists()
    kinds = list(Fact.objects.filter(kind__contains="react").values_list("kind", flat=True))
    assert kinds == ["chat.reacted", "chat.unreacted"]


def test_what_was_taken_back_elsewhere_does_not_come_back_with_a_resend(
    people: People, message: Message
) -> None:
    actor, client_id = Actor.of(people.commander), uuid.uuid4()
    told = {"message_id": message.pk, "char": "eyes", "actor": actor}
    reactions.react(**told, client_id=client_id)  # type: ignore[arg-type]  # as in `told`
    reactions.unreact(**told)  # type: ignore[arg-type]
    reactions.react(**told, client_id=client_id)  # type: ignore[arg-type]
    assert not Reaction.objects.exists()


def test_there_is_an_end_to_kinds_and_none_on_what_is_deleted(
    people: People, message: Message
) -> None:
    actor = Actor.of(people.commander)
    kinds = list(emoji.NAMES)[: reactions.MOST_KINDS + 1]
    for name in kinds[:-1]:
        reactions.react(message_id=message.pk, char=name, actor=actor)
    with pytest.raises(Conflict, match="the most"):
        reactions.react(message_id=message.pk, char=kinds[-1], actor=actor)
    chat.delete(message_id=message.pk, principal=Principal(user=people.teammate))
    assert not Reaction.objects.exists()
    with pytest.raises(Conflict, match="deleted"):
        reactions.react(message_id=message.pk, char="eyes", actor=actor)


def test_it_says_who_gave_it_in_words(people: People, message: Message) -> None:
    for person in (people.teammate, people.commander, people.admin):
        reactions.react(message_id=message.pk, char="tada", actor=Actor.of(person))
    said = messages.said(Message.objects.all())[0]
    assert said.reactions[0].title == "Tom Teammate, Cara Commander and Ada Admin: tada"


@pytest.mark.django_db(transaction=True)
async def test_everybody_gets_the_row_with_its_reactions(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await enter(people.teammate, incident), await enter(people.commander, incident)
    posted = await tom.say("Rolled back")
    await cara.send(type="react", seq=posted["seq"], emoji="🎉", client_id=str(uuid.uuid4()))
    heard = await tom.fact("chat.reacted")
    assert heard["row"] == posted["seq"]
    assert 'data-handles="cara"' in heard["html"]
    await cara.send(type="unreact", seq=posted["seq"], emoji="🎉")
    assert "data-handles" not in (await tom.fact("chat.unreacted"))["html"]
    await cara.send(type="react", seq=999, emoji="🎉")
    assert (await cara.expect("error"))["code"] == "not_found"
