"""Rooms, and visitors who open sockets to them."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.test import Client

from incidents.events import hints
from incidents.kernel import tokens
from incidents.kernel.actor import Actor
from incidents.models import ApiKey, Incident, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, FrozenClock, People
from tests.warroom.nights import night
from warroom.consumers.origin import SameOrigin
from warroom.realtime.hints import publisher
from warroom.realtime.workers import workers
from warroom.routing import websocket_urlpatterns

application = SameOrigin(URLRouter(websocket_urlpatterns))
PATIENCE = 8.0


class Visitor:
    """One client. It acknowledges what it reads, unless told not to."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers
        self.facts: list[dict[str, Any]] = []
        self.acknowledges = True
        self._first: dict[str, Any] | None = None

    async def open(self, path: str) -> "Visitor":
        self.socket = WebsocketCommunicator(application, path, headers=self._headers)
        connected, _ = await self.socket.connect(timeout=PATIENCE)
        assert connected
        # Greeted or refused: from here on nothing that happens is missed.
        self._first = await self.socket.receive_output(timeout=PATIENCE)
        return self

    async def receive(self, patience: float = PATIENCE) -> dict[str, Any]:
        output = await self._output(patience)
        assert output["type"] == "websocket.send", output
        message: dict[str, Any] = json.loads(output["text"])
        if message["type"] == "fact":
            self.facts.append(message)
            if self.acknowledges:
                await self.send(type="ack", seq=message["seq"])
        return message

    async def _output(self, patience: float) -> dict[str, Any]:
        output, self._first = self._first, None
        return output or dict(await self.socket.receive_output(timeout=patience))

    async def expect(self, type_: str, patience: float = PATIENCE, **members: Any) -> Any:
        """The next message of this type with these members; others are passed over."""
        async with asyncio.timeout(patience):
            while True:
                message = await self.receive(patience)
                if message["type"] == type_ and members.items() <= message.items():
                    return message

    async def fact(self, kind: str, patience: float = PATIENCE) -> dict[str, Any]:
        found: dict[str, Any] = await self.expect("fact", patience, kind=kind)
        return found

    async def send(self, **message: Any) -> None:
        await self.socket.send_json_to(message)

    async def say(self, body: str, client_id: uuid.UUID | None = None) -> dict[str, Any]:
        """Post and wait for the answer: ok or error."""
        sent = str(client_id or uuid.uuid4())
        await self.send(type="post", body=body, client_id=sent)
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.receive()
                if message["type"] in {"ok", "error"} and message["client_id"] == sent:
                    return message

    async def closed(self, patience: float = PATIENCE) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(patience):
            while True:
                output = await self._output(patience)
                if output["type"] == "websocket.close":
                    return int(output["code"])

    async def leave(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self.socket.disconnect(timeout=PATIENCE)


Enter = Callable[..., Awaitable[Visitor]]


def headers_of(user: User | None = None, token: str = "") -> list[tuple[bytes, bytes]]:
    if token:
        return [(b"authorization", f"Bearer {token}".encode())]
    headers = [(b"origin", b"http://localhost")]
    if user is not None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    return headers


@pytest.fixture
async def enter(db: None) -> AsyncIterator[Enter]:
    """`await enter(user, incident)` opens a room, `await enter(user)` the feed."""
    opened: list[Visitor] = []
    async with workers.open():

        async def make(
            user: User | None,
            incident: Incident | None = None,
            *,
            after: int | None = None,
            token: str = "",
        ) -> Visitor:
            headers = await workers.run(headers_of, user, token)
            path = f"/ws/incidents/{incident.reference}" if incident else "/ws/feed"
            visitor = Visitor(headers)
            opened.append(visitor)
            return await visitor.open(path if after is None else f"{path}?after={after}")

        yield make
        for visitor in opened:
            await visitor.leave()


@pytest.fixture
def incident(declare: Declare) -> Incident:
    return declare("Checkout is down")


@pytest.fixture
def commanded(frozen: FrozenClock, declare: Declare, people: People) -> Incident:
    """Tom opened it, Cara commands it."""
    incident = declare("Checkout is down", by=people.teammate)
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=people.commander,
        actor=Actor.of(people.commander),
    )
    return incident


@pytest.fixture
def played(declare: Declare, people: People) -> Incident:
    """A night in a room, from the first message to the resolution."""
    return night(declare, people)


@pytest.fixture
def olga(people: People, sign_in: Callable[[User], Client]) -> Client:
    """An observer's."""
    return sign_in(people.observer)


@pytest.fixture
def key(db: None) -> Callable[..., str]:
    """The token of a fresh API key with these scopes."""

    def make(*scopes: str) -> str:
        token = tokens.new_token("isk")
        ApiKey.objects.create(
            name="probe", hint="isk_", token_hash=tokens.digest(token), scopes=list(scopes)
        )
        return token

    return make


@pytest.fixture
def no_hints() -> Iterator[None]:
    """Nothing that commits tells anybody, as with Valkey dead and the verb in another process."""
    hints.publish_with(None)
    hints.ring_with(None)
    yield
    hints.publish_with(publisher)
    hints.ring_with(publisher.ring)
