"""Rooms served by Daphne in a process of its own, as in production."""

import asyncio
import base64
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.conftest import People
from tests.warroom.served import PATIENCE, Served, daphne
from warroom.services import chat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.platform]

CREDIT = 256 * 1024


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Served]:
    with daphne() as running:
        yield running


async def _next(room: ClientConnection, type_: str) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE):
        async for text in room:
            message: dict[str, object] = json.loads(text)
            if message["type"] == type_:
                return message
    raise AssertionError(f"closed before {type_}")


def _with(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_programs_talk_and_are_told_that_the_server_restarts(
    incident: Incident, key: Callable[..., str]
) -> None:
    token = key("read", "incidents")

    async def talk(served: Served) -> int:
        url = served.url(incident, after=2)
        async with (
            connect(url, additional_headers=_with(token)) as one,
            connect(url, additional_headers=_with(token)) as other,
        ):
            await _next(other, "hello")
            await one.send(json.dumps({"type": "post", "body": "Hello"}))
            assert (await _next(other, "fact"))["kind"] == "chat.posted"
            # Daphne forgets its applications when it stops within a second after a handshake.
            await asyncio.sleep(2.5)
            served.process.terminate()
            with pytest.raises(ConnectionClosed):
                await _next(other, "never")
            return other.close_code or 0

    with daphne() as served:
        assert asyncio.run(talk(served)) == 4012


def test_pages_of_others_and_programs_without_a_key_are_refused(
    served: Served, incident: Incident
) -> None:
    async def knock(**headers: str) -> int:
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(served.url(incident, after=0), additional_headers=headers)
        return refused.value.response.status_code

    assert asyncio.run(knock()) == 403
    assert asyncio.run(knock(Origin="https://evil.example")) == 403
    assert asyncio.run(knock(Origin="https://evil.example", Authorization="Bearer x")) == 403


def test_memory_stays_flat_for_a_client_that_never_reads(
    served: Served, incident: Incident, people: People, key: Callable[..., str]
) -> None:
    for _ in range(150):
        chat.post(incident_id=incident.pk, body="x" * 10_000, actor=Actor.of(people.teammate))
    token = key("read")
    with closing(_silent_client(served, incident, token)) as first:
        assert _all_that_was_sent(first)  # what the first client of a process loads is not counted
    before = served.resident()
    with closing(_silent_client(served, incident, token)) as silent:
        for _ in range(40):
            chat.post(incident_id=incident.pk, body="y" * 10_000, actor=Actor.of(people.teammate))
        assert served.resident() - before < 24 * 1024 * 1024
        assert len(_all_that_was_sent(silent)) < CREDIT + 64 * 1024


def _silent_client(served: Served, incident: Incident, token: str) -> socket.socket:
    """Shakes hands and then says nothing more: neither acknowledges nor reads."""
    client = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
    lines = [
        f"GET /ws/incidents/{incident.reference}?after=0 HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {token}",
    ]
    client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert client.recv(12).endswith(b"101")
    return client


def _all_that_was_sent(client: socket.socket) -> bytes:
    client.settimeout(1.5)
    received = b""
    while True:
        try:
            part = client.recv(65536)
        except TimeoutError:
            return received
        if not part:
            return received
        received += part
