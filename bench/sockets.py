"""Clients of the product's WebSockets: programs with a key, and people who are signed in."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from bench.product import Product

# The server sends at most 64 facts ahead, or 256 KiB (docs/websocket.md).
ACKNOWLEDGE_EVERY = 16


class _Data(msgspec.Struct):
    body: str = ""


class Frame(msgspec.Struct):
    """What a client of the room looks at. All else is skipped: reading must cost little here."""

    type: str
    seq: int = 0
    client_id: str | None = None
    code: str = ""
    retry: bool = False
    data: _Data | None = None

    @property
    def body(self) -> str:
        return self.data.body if self.data is not None else ""


read_frame = msgspec.json.Decoder(Frame).decode


async def open_socket(product: Product, path: str, token: str) -> ClientConnection:
    """As a program."""
    headers = {"Authorization": f"Bearer {token}"}
    return await connect(_url(product, path), additional_headers=headers, max_queue=None)


async def open_as(product: Product, path: str, session: str) -> ClientConnection:
    """As the browser of somebody whose session `sign_in` made."""
    return await connect(_url(product, path), additional_headers=headers_of(product, session))


def headers_of(product: Product, session: str) -> dict[str, str]:
    return {"Cookie": f"sessionid={session}", "Origin": product.url("").rstrip("/")}


def _url(product: Product, path: str) -> str:
    return f"ws://127.0.0.1:{product.port}{path}"


async def acknowledge(socket: ClientConnection, message: dict[str, Any]) -> None:
    """Say that this message has been read, in the room or on the feed."""
    if message.get("type") == "fact":
        await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
    elif "n" in message:
        await socket.send(json.dumps({"type": "ack", "n": message["n"]}))


_SIGN_IN = """
import json
from django.conf import settings
from django.test import Client
from incidents.models import User
sessions = []
for n in range({count}):
    user, _ = User.objects.get_or_create(
        username=f"crowd-{{n}}", defaults={{"name": f"Person {{n}}", "role": "responder"}}
    )
    client = Client()
    client.force_login(user)
    sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps(sessions))
"""


def sign_in(product: Product, count: int) -> Sequence[str]:
    """The sessions of `count` responders, each a person of their own."""
    told = product.manage("shell", "-v", "0", "-c", _SIGN_IN.format(count=count))
    sessions: list[str] = json.loads(told.splitlines()[-1])
    return sessions
