"""How far people have read, on whatever device; and finding what was said."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.models import Incident, Notice, User
from incidents.pipeline import lifecycle
from tests.conftest import People
from tests.warroom.conftest import Enter
from warroom.models import ReadMark
from warroom.realtime.workers import workers
from warroom.selectors import search
from warroom.services import chat, reading

SignIn = Callable[[User], Client]


def _talk(incident: Incident, who: User, *bodies: str) -> list[int]:
    actor = Actor.of(who)
    said = [chat.post(incident_id=incident.pk, body=body, actor=actor) for body in bodies]
    incident.refresh_from_db()
    return [message.seq for message in said]


def test_the_page_says_what_came_since_one_was_away(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    seqs = _talk(incident, people.teammate, "one", "two", "three")
    client, address = sign_in(people.commander), f"/incidents/{incident.reference}"
    assert "New since" not in client.get(address).content.decode().split("<template")[0]
    client.post(f"{address}/read", {"seq": seqs[0]})
    page = client.get(address)
    assert (page.context["unread"].count, page.context["new_from"]) == (2, seqs[1])
    assert "<title>(2) INC-" in page.content.decode()
    assert client.post(f"{address}/read").headers["Location"] == address
    assert "<title>INC-" in client.get(address).content.decode()


def test_ones_own_words_are_never_new(people: People, incident: Incident, sign_in: SignIn) -> None:
    reading.mark(user=people.teammate, incident=incident, seq=2)
    _talk(incident, people.teammate, "one", "two")
    page = sign_in(people.teammate).get(f"/incidents/{incident.reference}")
    assert (page.context["unread"].count, page.context["new_from"]) == (0, None)


def test_a_mark_goes_neither_back_nor_beyond_what_there_is(
    people: People, incident: Incident
) -> None:
    _talk(incident, people.teammate, "one")
    for seq, kept in ((3, 3), (1, 3), (2_000_000, 3)):
        reading.mark(user=people.commander, incident=incident, seq=seq)
        assert ReadMark.objects.get().seq == kept


@pytest.mark.django_db(transaction=True)
async def test_another_device_learns_it_when_it_connects(
    enter: Enter, people: People, incident: Incident
) -> None:
    tom, laptop = await enter(people.teammate, incident), await enter(people.commander, incident)
    posted = await tom.say("one")
    await laptop.fact("chat.posted")
    await laptop.send(type="read", seq=posted["seq"])
    await laptop.send(type="typing")
    await tom.expect("typing")
    await laptop.leave()
    marks = await workers.run(lambda: list(ReadMark.objects.values_list("seq", flat=True)))
    assert marks == [posted["seq"]]
    phone = await enter(people.commander, incident)
    assert (await phone.expect("hello"))["read"] == posted["seq"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("pool", ["Pool is at 20/20"]),
        ("20/20 pool", ["Pool is at 20/20"]),
        ("connections refuse", ["connection refused by 10.0.0.7"]),
        ('"refused by"', ["connection refused by 10.0.0.7"]),
        ('"by refused"', []),
        ("from:cara", ["connection refused by 10.0.0.7", "raised the severity from P1 to P0"]),
        ("severity p0", ["raised the severity from P1 to P0"]),
        ("nothing-like-that", []),
        ("", []),
    ],
)
def test_it_finds_messages_and_facts_by_their_words(
    people: People, incident: Incident, severities: dict[str, object], asked: str, found: list[str]
) -> None:
    _talk(incident, people.teammate, "Pool is at 20/20")
    _talk(incident, people.commander, "connection refused by 10.0.0.7")
    actor = Actor.of(people.commander)
    lifecycle.set_severity(incident_id=incident.pk, severity=severities["P0"], actor=actor)  # type: ignore[arg-type]  # severities
    hits = [hit.plain for hit in search.in_room(incident, asked).hits]
    assert sorted(hits) == sorted(found) or (asked == "from:cara" and set(found) <= set(hits))


def test_what_is_found_is_marked_and_cannot_be_markup(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    (seq,) = _talk(incident, people.teammate, f"{'word ' * 60}<b>pool</b> is full")
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}/search?q=pool")
    text = page.content.decode()
    assert "&lt;b&gt;<mark>pool</mark>&lt;/b&gt; is full" in text
    assert f"?message={seq}#m-{seq}" in text


def _called() -> list[str]:
    while deliveries.work():
        pass
    waiting = Notice.objects.filter(read_at__isnull=True).order_by("fact__seq")
    return list(waiting.values_list("text", flat=True))


def test_what_called_one_is_seen_where_it_was_read(
    people: People, incident: Incident, sign_in: SignIn
) -> None:
    (root,) = _talk(incident, people.commander, "Who is on the cache?")
    actor, reply = Actor.of(people.commander), chat.Envelope(thread=root)
    chat.post(incident_id=incident.pk, body="@tom in the thread", actor=actor, envelope=reply)
    seqs = _talk(incident, people.commander, "@tom in the room", "@tom after that")
    assert len(_called()) == 3
    tom, address = sign_in(people.teammate), f"/incidents/{incident.reference}/read"
    tom.post(address, {"seq": seqs[0]})
    assert _called() == ["replied: @tom in the thread", "said: @tom after that"]
    tom.post(address, {"thread": root})
    assert _called() == ["said: @tom after that"]


def test_what_is_deleted_calls_nobody(people: People, incident: Incident) -> None:
    actor = Actor.of(people.commander)
    said = chat.post(incident_id=incident.pk, body="@tom look", actor=actor)
    chat.edit(message_id=said.pk, body="@tom and @olga look", actor=actor)
    assert len(_called()) == 2
    assert set(Notice.objects.values_list("url", flat=True)) == {
        f"{incident.get_absolute_url()}#m-{said.seq}"
    }
    chat.delete(message_id=said.pk, principal=Principal(user=people.commander))
    assert _called() == []
