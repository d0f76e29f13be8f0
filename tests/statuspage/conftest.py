"""A page with two components, somebody to publish, and a door that reads what was rendered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from incidents.kernel.actor import Actor
from incidents.models import Incident, Service
from statuspage.door import StatusDoor
from statuspage.models import Component, PublicUpdate, StatusPage
from statuspage.services import Announcement, publish_update, refresh
from tests.conftest import People
from tests.statuspage.subscribed import follow, sink

__all__ = ["follow", "sink"]


@pytest.fixture
def page(db: None) -> StatusPage:
    return StatusPage.objects.create(slug="main", name="Ferrybank", is_default=True)


@pytest.fixture
def checkout(page: StatusPage, service: Service) -> Component:
    """The component that stands for the service of the tests."""
    return Component.objects.create(
        page=page, slug="checkout", name="Online checkout", service=service, position=1
    )


@pytest.fixture
def transfers(page: StatusPage) -> Component:
    return Component.objects.create(page=page, slug="transfers", name="Bank transfers", position=2)


Publish = Callable[..., PublicUpdate]


@pytest.fixture
def publish(page: StatusPage, people: People) -> Publish:
    """`publish(incident, "identified", "We found it.", {checkout: "major_outage"})`."""

    def make(
        incident: Incident,
        state: str = "investigating",
        body: str = "We are looking into it.",
        effects: Mapping[Component, str] | None = None,
        **more: Any,
    ) -> PublicUpdate:
        named = {component.pk: effect for component, effect in (effects or {}).items()}
        update = publish_update(
            incident_id=incident.pk,
            page_id=page.pk,
            announcement=Announcement(state=state, body=body, effects=named, **more),
            actor=Actor.of(people.commander),
        )
        refresh(page.pk)
        return update

    return make


@pytest.fixture
def bytes_of(page: StatusPage) -> Callable[[str], str]:
    """What is stored for an address below the page, as text."""

    def read(path: str) -> str:
        return bytes(page.snapshots.get(path=path).body).decode()

    return read


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()


Ask = Callable[..., Awaitable[Answer]]


async def ask(door: StatusDoor, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request to the door; header names are written with underscores."""
    assert door.serves({"path": path.partition("?")[0]})
    await looked(door)
    return await request(door, path, method, **headers)


async def looked(door: StatusDoor) -> None:
    """Wait, longer than a request does, until the door knows what there is."""
    await asyncio.wait_for(door.keeper().has_looked.wait(), 30)


async def request(
    application: Any, path: str, method: str = "GET", *, client: str = "192.0.2.1", **headers: str
) -> Answer:
    """One request to any ASGI application."""
    address, _, query = path.partition("?")
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message["body"]

    scope = {
        "type": "http",
        "method": method,
        "path": address,
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        "client": (client, 4711),
    }
    await application(scope, receive, send)
    return answer


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[StatusDoor]:
    door = StatusDoor(folder=tmp_path)
    yield door
    await door.close()
    # What a test read with the async ORM was read in a thread with a connection of its own.
    await sync_to_async(connections.close_all)()


NOWHERE = {"host": "127.0.0.1", "port": 9, "connect_timeout": 1}


@pytest.fixture
async def cut_off_door(tmp_path: Path) -> AsyncIterator[StatusDoor]:
    """A door in a process that was started with the database away, on the same disk."""
    door = StatusDoor(parameters=NOWHERE, folder=tmp_path)
    yield door
    await door.close()
