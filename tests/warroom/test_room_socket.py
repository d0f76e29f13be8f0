"""The room over a WebSocket, as a client sees it."""

import asyncio
import threading
import uuid
from collections.abc import Callable

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People
from tests.warroom.conftest import Enter
from warroom.models import Message
from warroom.realtime.workers import workers
from warroom.services import chat, saying

pytestmark = pytest.mark.django_db(transaction=True)


async def test_it_greets_with_where_the_incident_is(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    hello = await tom.expect("hello")
    assert (hello["incident"], hello["seq"]) == (incident.reference, 2)
    assert hello["you"]["handle"] == "tom"
    assert hello["you"]["may"] == {"respond": True, "command": False}
    assert {command["name"] for command in hello["commands"]} >= {"severity", "status", "help"}


async def test_it_carries_a_message_to_everybody_in_the_room(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await enter(people.teammate, incident), await enter(people.commander, incident)
    answer = await tom.say("Database is **not** it")
    heard = await cara.fact("chat.posted")
    assert answer["type"] == "ok"
    assert heard["seq"] == answer["seq"] == 3
    assert heard["actor"]["handle"] == "tom"
    assert "<strong>not</strong>" in heard["html"]


async def test_it_shows_an_edit_in_place_of_the_message(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await enter(people.teammate, incident), await enter(people.commander, incident)
    posted = await tom.say("It is the cahce")
    await tom.send(type="edit", seq=posted["seq"], body="It is the cache")
    edited = await cara.fact("chat.edited")
    assert edited["data"]["edited_seq"] == posted["seq"]
    assert f'id="m-{posted["seq"]}"' in edited["html"]
    assert "It is the cache" in edited["html"]


async def test_it_lets_nobody_edit_what_another_said(
    enter: Enter, people: People, incident: Incident
) -> None:
    posted = await workers.run(
        chat.post, incident_id=incident.pk, body="Mine", actor=Actor.of(people.teammate)
    )
    ada = await enter(people.admin, incident)
    await ada.send(type="edit", seq=posted.seq, body="Yours")
    error = await ada.expect("error")
    assert error["code"] == "not_allowed"
    assert "Only its author" in error["message"]


async def test_it_posts_once_what_is_sent_twice(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    client_id = uuid.uuid4()
    first, again = await tom.say("Once", client_id), await tom.say("Once", client_id)
    assert first["seq"] == again["seq"]
    assert await workers.run(Message.objects.count) == 1


async def test_it_gives_a_late_comer_everything_since_its_cursor_in_order(
    enter: Enter, people: People, incident: Incident
) -> None:
    for number in range(130):
        await workers.run(
            chat.post, incident_id=incident.pk, body=f"{number}", actor=Actor.of(people.teammate)
        )
    cara = await enter(people.commander, incident, after=1)
    while len(cara.facts) < 130:
        await cara.receive()
    assert [fact["seq"] for fact in cara.facts] == list(range(2, 132))


async def test_it_turns_commands_into_verbs(
    enter: Enter, people: People, incident: Incident
) -> None:
    cara = await enter(people.commander, incident)
    for line, kind in (
        ("/severity critical money is lost", "incident.severity_changed"),
        ("/status investigating the deploy", "incident.state_changed"),
        ("/assign @tom ops", "incident.role_assigned"),
        ("/note rolled back at 03:12", "incident.noted"),
    ):
        assert (await cara.say(line))["type"] == "ok"
        if kind not in [fact["kind"] for fact in cara.facts]:
            await cara.fact(kind)
    assert await workers.run(Message.objects.count) == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/frobnicate", "There is no command /frobnicate."),
        ("/severity P9", "There is no severity"),
        ("/status closed", "it cannot become closed"),
        ("/status nowhere", "There is no state"),
        ("/assign @cora", "Nobody here is called @cora"),
        ("/note", "The note is empty"),
        ("   ", "The message is empty"),
        ("x" * 10_001, "10,000 are the most"),
    ],
)
async def test_it_tells_only_the_sender_what_is_wrong(
    enter: Enter, people: People, incident: Incident, line: str, says: str
) -> None:
    cara = await enter(people.commander, incident)
    error = await cara.say(line)
    assert error["type"] == "error"
    assert says in error["message"]
    assert error["hint"]
    assert await workers.run(Fact.objects.count) == 2


async def test_it_runs_a_command_once_that_is_sent_twice(
    enter: Enter, people: People, incident: Incident
) -> None:
    cara = await enter(people.commander, incident)
    client_id = uuid.uuid4()
    for _ in range(2):
        assert (await cara.say("/note rolled back", client_id))["type"] == "ok"
    assert await workers.run(Fact.objects.filter(kind="incident.noted").count) == 1


async def test_it_says_a_text_that_begins_with_two_slashes(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    assert (await tom.say("//etc/hosts is wrong"))["type"] == "ok"
    assert (await workers.run(Message.objects.get)).body == "/etc/hosts is wrong"


async def test_it_answers_help_to_the_sender_alone(
    enter: Enter, people: People, incident: Incident
) -> None:
    olga = await enter(people.observer, incident)
    answer = await olga.say("/help")
    assert "List the commands" in answer["text"]
    assert await workers.run(Fact.objects.count) == 2


@pytest.mark.parametrize("line", ["Hello", "/note hello", "/status investigating", "/assign me"])
async def test_it_lets_an_observer_read_but_not_write(
    enter: Enter, people: People, incident: Incident, line: str
) -> None:
    olga = await enter(people.observer, incident)
    error = await olga.say(line)
    assert (error["type"], error["code"]) == ("error", "not_allowed")


async def test_it_lets_a_responder_take_a_vacant_command_but_not_a_held_one(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, stan = await enter(people.teammate, incident), await enter(people.stranger, incident)
    assert (await tom.say("/assign me"))["type"] == "ok"
    assert (await stan.say("/assign me"))["code"] == "not_allowed"
    assert (await tom.say("/severity P0"))["type"] == "ok"
    assert (await stan.say("/status resolved"))["code"] == "not_allowed"


async def test_it_sanitises_what_people_write(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    await tom.say("<img src=x onerror=alert(1)> <script>alert(1)</script> [x](javascript:alert(1))")
    html = (tom.facts or [await tom.fact("chat.posted")])[-1]["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html.replace("[x](javascript:alert(1))", "")


async def test_it_hides_a_private_incident_and_the_room_of_none(
    enter: Enter, people: People, declare: Declare
) -> None:
    secret = await workers.run(declare, private=True, by=people.commander)
    assert await (await enter(people.stranger, secret)).closed() == 4404
    assert await (await enter(people.stranger, Incident(pk=999))).closed() == 4404
    cara = await enter(people.commander, secret)
    await cara.expect("hello")


async def test_it_closes_for_those_who_may_no_longer_see_it(
    enter: Enter, people: People, incident: Incident
) -> None:
    cara, stan = await enter(people.commander, incident), await enter(people.stranger, incident)
    await stan.expect("hello")
    actor = Actor.of(people.commander)
    await workers.run(lifecycle.set_private, incident_id=incident.pk, private=True, actor=actor)
    assert await stan.closed() == 4403
    assert not stan.facts
    await cara.fact("incident.access_changed")


async def test_it_wants_to_know_who_comes(enter: Enter, incident: Incident) -> None:
    assert await (await enter(None, incident)).closed() == 4401
    assert await (await enter(None, incident, token="isk_unknown")).closed() == 4401


async def test_it_lets_programs_in_by_key(
    enter: Enter, incident: Incident, key: Callable[..., str]
) -> None:
    probe = await enter(None, incident, token=await workers.run(key, "read", "incidents"))
    hello = await probe.expect("hello")
    assert hello["you"]["name"] == "probe"
    assert (await probe.say("From a program"))["type"] == "ok"


async def test_it_shows_who_is_here_and_who_types(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await enter(people.teammate, incident), await enter(people.commander, incident)
    await tom.expect("presence", count=2)
    await cara.send(type="presence", state="away")
    await cara.send(type="typing")
    assert (await tom.expect("typing"))["handle"] == "cara"
    states: dict[str, str] = {}
    while states.get("cara") != "away":
        people_here = (await tom.expect("presence"))["people"]
        states = {person["handle"]: person["state"] for person in people_here}
    assert states["tom"] == "watching"


async def test_it_says_what_it_does_not_understand(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    await tom.send(type="shout")
    assert "not known" in (await tom.expect("error"))["message"]
    await tom.socket.send_to(text_data="{")
    assert await tom.closed() == 4007


async def test_it_slows_down_who_floods_the_room(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.consumers.room.TALK", (0.0, 2.0))
    tom = await enter(people.teammate, incident)
    assert [(await tom.say(f"{number}"))["type"] for number in range(2)] == ["ok", "ok"]
    error = await tom.say("one more")
    assert error["retry"] is True
    assert "faster" in error["message"]


async def test_it_hears_what_a_client_has_read_while_the_database_is_slow(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(**_: object) -> saying.Said:
        go_on.wait(30)
        return saying.Said(seq=0)

    monkeypatch.setattr("warroom.realtime.credit.PATIENCE", 2)
    monkeypatch.setattr("warroom.consumers.deeds.saying.say", slow)
    tom = await enter(people.teammate, incident)
    await tom.send(type="post", body="This takes long", client_id=str(uuid.uuid4()))
    for number in range(80):  # more than a client may leave unread
        await workers.run(
            chat.post, incident_id=incident.pk, body=f"{number}", actor=Actor.of(people.commander)
        )
        assert (await tom.fact("chat.posted"))["data"]["body"] == f"{number}"
    go_on.set()
    await tom.expect("ok")


async def test_it_keeps_what_was_said_right_before_leaving(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom = await enter(people.teammate, incident)
    for number in range(10):
        await tom.send(type="post", body=f"{number}", client_id=str(uuid.uuid4()))
    await tom.leave()
    said = Message.objects.filter(incident=incident).order_by("seq")
    bodies = await workers.run(lambda: list(said.values_list("body", flat=True)))
    assert bodies == [f"{number}" for number in range(10)]


async def test_it_sends_no_more_than_a_client_has_credit_for(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.realtime.credit.PATIENCE", 0.5)
    for number in range(80):
        await workers.run(
            chat.post, incident_id=incident.pk, body=f"{number}", actor=Actor.of(people.teammate)
        )
    cara = await enter(people.commander, incident, after=0)
    cara.acknowledges = False
    for _ in range(65):  # hello and the credit of 64
        await cara.expect("fact") if cara.facts else await cara.receive()
    assert await cara.closed() == 4008
    await asyncio.sleep(0)
