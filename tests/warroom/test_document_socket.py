"""The shared document over a WebSocket, as an editor sees it."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from incidents.kernel.actor import Actor
from incidents.models import Incident, Role, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People
from tests.warroom.conftest import PATIENCE, application, headers_of
from tests.warroom.test_document_text import Editor
from warroom.consumers import document as consumer
from warroom.models import Document, DocumentUpdate
from warroom.realtime import codes, wire
from warroom.realtime.wire import Pointer, Sync
from warroom.realtime.workers import workers
from warroom.selectors import document as reading
from warroom.selectors.document import sheets
from warroom.services import document, document_log

pytestmark = pytest.mark.django_db(transaction=True)


class Writer(Editor):
    """An editor with a connection: it answers as Yjs does, and acknowledges what it reads."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__()
        self.socket = WebsocketCommunicator(application, path, headers=headers)
        self.pointers: dict[int, Pointer] = {}
        self.said: list[dict[str, Any]] = []
        self.code = 0
        self._frames = 0

    async def open(self) -> "Writer":
        connected, _ = await self.socket.connect(timeout=PATIENCE)
        assert connected
        return self

    async def join(self) -> "Writer":
        """Be greeted, and have what there is."""
        await self.until(lambda: bool(self.said))
        await self.send(wire.state(self.doc.get_state()))
        await self.until(lambda: self._frames >= 2)
        return self

    async def send(self, frame: bytes) -> None:
        await self.socket.send_to(bytes_data=frame)

    async def type(self, words: str, *, at: int | None = None) -> None:
        """Type, and wait until it is stored."""
        before = sum(said["type"] == "stored" for said in self.said)
        await self.send(wire.update(self.types(words, at=at)))
        await self.until(lambda: sum(s["type"] == "stored" for s in self.said) > before)

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not seen():
                await self._hear(await self.socket.receive_output(timeout=PATIENCE))

    async def reads(self, text: str) -> None:
        await self.until(lambda: str(self.text) == text)

    async def closed(self) -> int:
        await self.until(lambda: self.code > 0)
        return self.code

    async def _hear(self, output: Any) -> None:
        if output["type"] == "websocket.close":
            self.code = output["code"]
        elif output.get("text"):
            self.said.append(json.loads(output["text"]))
        else:
            self._frames += 1
            await self.socket.send_json_to({"type": "ack", "count": self._frames})
            await self._obey(output["bytes"])

    async def _obey(self, frame: bytes) -> None:
        if frame[0] == 1:
            found = wire.read(frame)
            assert isinstance(found, list)
            self.pointers |= {pointer.client: pointer for pointer in found}
            return
        said = wire.read(frame)
        assert isinstance(said, Sync)
        if said.step == "state":
            await self.send(wire.answer(self.doc.get_update(said.data)))
        else:
            self.doc.apply_update(said.data)


Enter = Callable[..., Awaitable[Writer]]


@pytest.fixture
async def write(db: None) -> AsyncIterator[Enter]:
    """`await write(user, incident)` opens the document."""
    opened: list[Writer] = []
    async with workers.open():

        async def make(user: User | None, incident: Incident, *, joins: bool = True) -> Writer:
            headers = await workers.run(headers_of, user)
            path = f"/ws/incidents/{incident.reference}/document"
            writer = await Writer(path, headers).open()
            opened.append(writer)
            return await writer.join() if joins else writer

        yield make
        for writer in opened:
            with contextlib.suppress(asyncio.CancelledError):
                await writer.socket.disconnect(timeout=PATIENCE)


async def stored() -> int:
    return await workers.run(DocumentUpdate.objects.count)


async def test_two_people_write_one_text(write: Enter, people: People, incident: Incident) -> None:
    tom, cara = await write(people.teammate, incident), await write(people.commander, incident)
    await tom.type("Pool is full")
    await cara.reads("Pool is full")
    await cara.type("Known: ", at=0)
    await tom.reads("Known: Pool is full")


async def test_who_comes_after_all_have_left_sees_the_text(
    write: Enter, people: People, incident: Incident
) -> None:
    tom = await write(people.teammate, incident)
    await tom.type("the pool is full")
    await tom.socket.disconnect(timeout=PATIENCE)
    cara = await write(people.commander, incident)
    await cara.reads("the pool is full")


async def test_what_was_written_without_a_connection_joins_what_others_wrote(
    write: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await write(people.teammate, incident), await write(people.commander, incident)
    await tom.type("one\ntwo\n")
    await cara.reads("one\ntwo\n")
    await tom.socket.disconnect(timeout=PATIENCE)
    tom.types("zero\n", at=0)  # nobody hears it
    await cara.type("three\n")
    back = await write(people.teammate, incident, joins=False)
    back.doc, back.text = tom.doc, tom.text
    await back.join()
    for writer in (back, cara):
        await writer.reads("zero\none\ntwo\nthree\n")


async def test_without_hints_an_edit_comes_by_asking(
    write: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.realtime.hub.POLL", 0.2)
    monkeypatch.setattr("warroom.services.document_log.documents", lambda *_: None)
    tom, cara = await write(people.teammate, incident), await write(people.commander, incident)
    await tom.type("found by asking")
    await cara.reads("found by asking")


async def test_an_edit_of_a_program_reaches_the_editors(
    write: Enter, people: People, incident: Incident
) -> None:
    tom = await write(people.teammate, incident)
    replaced = partial(document.replace, actor=Actor.of(people.commander), text="by program\n")
    await workers.run(replaced, incident_id=incident.pk)
    await tom.reads("by program\n")


async def test_everybody_sees_whose_cursor_is_where_under_a_name_of_ours(
    write: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await write(people.teammate, incident), await write(people.commander, incident)
    claim = json.dumps({"user": {"name": "The boss"}, "cursor": {"head": 3}})
    await tom.send(wire.pointers([Pointer(77, 1, claim)]))
    await cara.until(lambda: 77 in cara.pointers)
    shown = json.loads(cara.pointers[77].state)
    assert (shown["user"]["name"], shown["cursor"]) == ("Tom Teammate", {"head": 3})
    await tom.socket.disconnect(timeout=PATIENCE)
    await cara.until(lambda: cara.pointers[77].state == "null")


async def test_who_comes_later_sees_the_cursors(
    write: Enter, people: People, incident: Incident
) -> None:
    tom = await write(people.teammate, incident)
    await tom.send(wire.pointers([Pointer(77, 1, '{"cursor": null}')]))
    await tom.type("x")
    cara = await write(people.commander, incident)
    await cara.until(lambda: 77 in cara.pointers)


async def test_an_observer_reads_and_changes_nothing(
    write: Enter, people: People, incident: Incident
) -> None:
    tom, olga = await write(people.teammate, incident), await write(people.observer, incident)
    await tom.type("for all to read")
    await olga.reads("for all to read")
    assert olga.said[0]["read_only"] is True
    await olga.send(wire.update(olga.types("!")))
    assert await olga.closed() == codes.NOT_ALLOWED
    assert olga.said[-1]["code"] == "not_allowed"
    assert await stored() == 1


@pytest.mark.parametrize(
    "frame",
    [
        *(b"\x05", b"\x00", b"\x09\x01", b"\x00\x02\xff", b"\x00\x02\x03abc", b"\xff" * 30),
        *(b"\x00\x07\x00", b"\x01\x03\x01\x01\xff", wire.update(os.urandom(90))),
        *(wire.state(b"\xff\xff"), wire.answer(b"\x01\x01\x01"), wire.state(b"\0") + b"\0"),
        wire.pointers([Pointer(1, 1, "{")]),
    ],
    ids=range(13),
)
async def test_what_is_no_message_closes_and_changes_nothing(
    write: Enter, people: People, incident: Incident, frame: bytes
) -> None:
    tom = await write(people.teammate, incident)
    await tom.send(frame)
    assert await tom.closed() == codes.BAD_DATA
    assert await stored() == 0


async def test_a_huge_message_closes_unread(
    write: Enter, people: People, incident: Incident
) -> None:
    tom = await write(people.teammate, incident)
    await tom.send(wire.update(b"\0" * (consumer.MOST_BYTES + 1)))
    assert await tom.closed() == codes.TOO_BIG
    assert await stored() == 0


async def test_too_much_text_is_refused_with_the_reason(
    write: Enter, people: People, incident: Incident
) -> None:
    tom = await write(people.teammate, incident)
    await tom.send(wire.update(tom.types("x" * 600_000)))
    assert await tom.closed() == codes.TOO_BIG
    assert "512 KB are the most" in tom.said[-1]["message"]
    assert await workers.run(Document.objects.count) == 0


async def test_an_update_that_rests_on_what_never_came_is_asked_for(
    write: Enter, people: People, incident: Incident
) -> None:
    tom, cara = await write(people.teammate, incident), await write(people.commander, incident)
    tom.types("lost on the way, ")
    await tom.send(wire.update(tom.types("then this")))
    await tom.until(lambda: len([s for s in tom.said if s["type"] == "stored"]) >= 3)
    await cara.reads("lost on the way, then this")


async def test_who_may_no_longer_see_the_incident_is_sent_out(
    write: Enter, people: People, incident: Incident
) -> None:
    stan, cara = await write(people.stranger, incident), await write(people.commander, incident)
    actor = Actor.of(people.commander)
    await workers.run(lifecycle.set_private, incident_id=incident.pk, private=True, actor=actor)
    assert await stan.closed() == codes.NOT_ALLOWED
    await cara.type("among us")


async def test_who_loses_the_right_to_write_is_told_within_the_minute(
    write: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RECHECK", 0.3)
    tom = await write(people.teammate, incident)
    people.teammate.role = Role.OBSERVER
    await workers.run(people.teammate.save)
    await tom.until(lambda: tom.said[-1] == {"type": "access", "read_only": True})


async def test_who_lost_the_right_to_write_while_writing_is_stopped_at_the_next_edit(
    write: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom = await write(people.teammate, incident)
    await tom.type("Before. ")
    people.teammate.role = Role.OBSERVER
    await workers.run(people.teammate.save)
    monkeypatch.setattr(consumer, "FRESH", 0.0)
    await tom.send(wire.update(tom.types("After.")))
    assert await tom.closed() == codes.NOT_ALLOWED
    assert {"type": "access", "read_only": True} in tom.said
    assert await stored() == 1


async def test_nobody_gets_in_who_may_not_see_the_incident(
    write: Enter, people: People, declare: Declare
) -> None:
    incident = await workers.run(partial(declare, private=True))
    for user, code in ((people.stranger, codes.NOT_FOUND), (None, codes.NOT_SIGNED_IN)):
        writer = await write(user, incident, joins=False)
        assert await writer.closed() == code


async def test_a_client_that_does_not_read_is_closed(
    write: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.realtime.credit.PATIENCE", 0.3)
    monkeypatch.setattr("warroom.realtime.credit.MOST_FRAMES", 5)
    tom, deaf = await write(people.teammate, incident), await write(people.commander, incident)
    for n in range(8):
        await tom.type(f"{n} ")
    while (output := await deaf.socket.receive_output(timeout=PATIENCE))["type"] != (
        "websocket.close"
    ):
        pass
    assert output["code"] == codes.SLOW


async def test_many_who_write_at_once_lose_nothing_while_the_log_becomes_a_snapshot(
    people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_log, "COMPACT_AFTER_UPDATES", 7)
    actor = Actor.of(people.teammate)

    append = partial(document.append, incident_id=incident.pk, actor=actor)

    async def type_away(who: int) -> None:
        editor = Editor()
        for n in range(13):
            await workers.run(append, update=editor.types(f"<{who}.{n}>"))

    async with workers.open():
        await workers.run(append, update=Editor().types("begun "))
        await asyncio.gather(*(type_away(who) for who in range(3)))
        row = await workers.run(reading.of_incident, incident.pk)
        assert row is not None
        sheets.take(row.pk)
        text = await workers.run(reading.text_of, row)
        assert (row.n, row.n - row.snapshot_n) == (40, await stored())
    assert all(f"<{who}.{n}>" in text for who in range(3) for n in range(13))
