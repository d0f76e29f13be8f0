"""What becomes of messages: whom they call, edits, and what is left of what was deleted."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, NotAllowed
from incidents.models import Fact, Incident, User
from tests.conftest import Declare, People
from warroom.models import Message, MessageRevision
from warroom.selectors import search
from warroom.services import chat
from warroom.services.chat import Envelope

SignIn = Callable[[User], Client]


def _say(incident: Incident, who: User, body: str, **how: object) -> Message:
    envelope = Envelope(**how)  # type: ignore[arg-type]  # fields by name
    actor = Actor.of(who)
    return chat.post(incident_id=incident.pk, body=body, actor=actor, envelope=envelope)


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("@tom and @Cara, look. Not @nobody.", ["tom", "cara"]),
        ("Ask @tom.", ["tom"]),
        ("mail me at x@tom or a/@tom", []),
        ("`@tom` and\n```\n@cara\n```\n@ada", ["ada"]),
        ("@tom @tom", ["tom"]),
    ],
)
def test_it_calls_people_who_exist(
    people: People, incident: Incident, body: str, called: list[str]
) -> None:
    message = _say(incident, people.teammate, body)
    fact = Fact.objects.get(incident=incident, seq=message.seq)
    assert list(fact.body.calls()) == message.mentions == called


def test_it_calls_nobody_who_may_not_read_it(people: People, declare: Declare) -> None:
    secret = declare(private=True, by=people.commander)
    message = _say(secret, people.commander, "@cara @stan @ada")
    assert message.mentions == ["cara"]


def test_an_edit_calls_whom_the_message_did_not_call_before(
    people: People, incident: Incident
) -> None:
    message = _say(incident, people.teammate, "@cara look")
    actor = Actor.of(people.teammate)
    chat.edit(message_id=message.pk, body="@cara @ada look", actor=actor)
    fact = Fact.objects.get(incident=incident, kind="chat.edited")
    assert fact.body.calls() == ("ada",)


def test_names_of_emoji_become_emoji_but_not_in_code(people: People, incident: Incident) -> None:
    message = _say(incident, people.teammate, "Done :tada: `:tada:` at 10:100:30 :nonsense:")
    assert message.body == "Done 🎉 `:tada:` at 10:100:30 :nonsense:"


def test_nothing_is_left_of_a_deleted_message_but_who_and_when(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    message = _say(incident, people.teammate, "the password is hunter1")
    actor = Actor.of(people.teammate)
    chat.edit(message_id=message.pk, body="it is hunter2", actor=actor)
    chat.delete(message_id=message.pk, principal=Principal(user=people.commander))
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert "message deleted by Cara Commander" in page
    assert not MessageRevision.objects.exists()
    everywhere = [page, *(str(fact.data) + fact.text for fact in Fact.objects.all())]
    assert not [text for text in everywhere if "hunter" in text]
    assert search.in_room(incident, "hunter").hits == []
    told = Fact.objects.get(incident=incident, kind="chat.deleted")
    assert (told.actor_handle, told.text) == ("cara", "deleted a message of Tom Teammate")


def test_only_its_author_or_a_commander_deletes_a_message(
    people: People, incident: Incident
) -> None:
    message = _say(incident, people.teammate, "Mine")
    with pytest.raises(NotAllowed, match="Only its author or a commander"):
        chat.delete(message_id=message.pk, principal=Principal(user=people.stranger))
    for _ in range(2):
        chat.delete(message_id=message.pk, principal=Principal(user=people.teammate))
    assert Fact.objects.filter(kind="chat.deleted").count() == 1
    with pytest.raises(Conflict, match="deleted"):
        chat.edit(message_id=message.pk, body="Back", actor=Actor.of(people.teammate))


def test_an_edit_that_is_sent_again_does_not_undo_a_later_one(
    people: People, incident: Incident
) -> None:
    actor, client_id = Actor.of(people.teammate), uuid.uuid4()
    message = _say(incident, people.teammate, "One")
    for body, key in (("Two", client_id), ("Three", None), ("Two", client_id)):
        chat.edit(message_id=message.pk, body=body, actor=actor, client_id=key)
    assert Message.objects.get().body == "Three"


def test_the_page_of_a_message_does_everything_without_a_script(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    message = _say(incident, people.teammate, "First words")
    address = f"/incidents/{incident.reference}/messages/{message.seq}"
    client = sign_in(people.teammate)
    for path, fields in (
        (address, {"text": "Better words"}),
        (f"{address}/react", {"emoji": "🎉"}),
        (f"/incidents/{incident.reference}/messages", {"text": "A reply", "thread": message.seq}),
    ):
        assert client.post(path, fields).headers["Location"] == address
    page = client.get(address).content.decode()
    for shown in ("Better words", "First words", "A reply", "🎉", "Delete the message"):
        assert shown in page
    assert client.post(f"{address}/delete").headers["Location"] == address
    assert "Better words" not in client.get(address).content.decode()
    assert client.get(f"/incidents/{incident.reference}/messages/99").status_code == 404


def test_a_link_opens_the_room_around_a_message_far_up(
    people: People, incident: Incident, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.views.room.LOG_PAGE", 10)
    for number in range(40):
        _say(incident, people.teammate, f"message {number}")
    client = sign_in(people.commander)
    page = client.get(f"/incidents/{incident.reference}?message=20")
    assert [item.seq for item in page.context["items"]] == list(range(15, 25))
    assert (page.context["more_before"], page.context["more_after"]) == (15, 24)
    later = client.get(
        f"/incidents/{incident.reference}/items?after=24", headers={"HX-Request": "true"}
    )
    assert [item.seq for item in later.context["items"]] == list(range(25, 43))
    assert 'hx-swap-oob="delete"' in later.content.decode()


def test_the_completion_offers_those_who_may_read_the_room(
    people: People, declare: Declare, incident: Incident, sign_in: SignIn
) -> None:
    secret = declare(private=True, by=people.commander)
    client = sign_in(people.commander)
    offered = {
        room: [
            row["handle"] for row in client.get(f"/incidents/{room}/mentionable").json()["people"]
        ]
        for room in (incident.reference, secret.reference)
    }
    assert set(offered[incident.reference]) >= {"tom", "stan", "cara"}
    assert offered[secret.reference] == ["cara"]
