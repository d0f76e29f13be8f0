"""What the players hold: a client for the API, sockets into the room, and a stop-watch."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PATIENCE: Final = 30.0
Say = Callable[[str], None]


class DrillFailed(Exception):
    """A step did not come out as it must. The message says which and what came instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """The system to play against. `token` is an API key with the scope admin."""

    url: str
    token: str
    pdf: Path
    title: str = "Drill: card payments fail at checkout"

    @property
    def socket_url(self) -> str:
        return "ws" + self.url.removeprefix("http")


@dataclass
class Stage:
    target: Target
    say: Say
    http: httpx.AsyncClient
    began: float = field(default_factory=time.perf_counter)
    steps: int = 0

    def step(self, what: str, seconds: float | None = None) -> None:
        self.steps += 1
        at = time.perf_counter() - self.began
        took = f"  ({seconds * 1000:.0f} ms)" if seconds is not None else ""
        self.say(f"{at:7.2f} s  {what}{took}")

    async def call(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """One request; the decoded answer (bytes where it is not JSON)."""
        try:
            answer = await self.http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise DrillFailed(f"{method} {path}: no answer ({error})") from error
        if answer.status_code != expect:
            told = answer.text[:600]
            raise DrillFailed(f"{method} {path} answered {answer.status_code}: {told}")
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json and answer.content else answer.content

    async def until(self, what: str, look: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
        """Look again and again until there is something to see."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen = await look()
            if seen:
                return seen
            await asyncio.sleep(0.1)
        raise DrillFailed(f"{what}: not seen within {seconds:.0f} s")

    @asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator["Line"]:
        headers = {"Authorization": f"Bearer {self.target.token}"}
        url = f"{self.target.socket_url}{path}"
        try:
            async with connect(url, additional_headers=headers, open_timeout=10) as connection:
                line = Line(connection)
                yield line
        except (WebSocketException, OSError) as error:
            raise DrillFailed(f"socket {path}: {error}") from error


@dataclass
class Line:
    """One open socket; keeps every fact it has seen and acknowledges them."""

    connection: ClientConnection
    facts: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, seconds: float = PATIENCE) -> dict[str, Any]:
        try:
            text = await asyncio.wait_for(self.connection.recv(), seconds)
        except TimeoutError as error:
            raise DrillFailed(f"the socket stayed silent for {seconds:.0f} s") from error
        message: dict[str, Any] = json.loads(text)
        if message.get("type") == "fact":
            self.facts.append(message)
            await self.send({"type": "ack", "seq": message["seq"]})
        elif "n" in message:
            await self.send({"type": "ack", "n": message["n"]})
        return message

    async def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE
    ) -> dict[str, Any]:
        """The first message that is wanted; the others are kept if they are facts."""
        deadline = time.monotonic() + seconds
        while True:
            message = await self.receive(max(0.1, deadline - time.monotonic()))
            if wanted(message):
                return message

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def post(self, text: str) -> dict[str, Any]:
        """Say something and wait until the server has it."""
        client_id = str(uuid.uuid4())
        await self.send({"type": "post", "client_id": client_id, "body": text})
        answer = await self.wait_for(
            lambda m: m.get("client_id") == client_id and m["type"] in {"ok", "error"}
        )
        if answer["type"] == "error":
            raise DrillFailed(f"“{text}” was refused: {answer.get('message')}")
        return answer

    @property
    def seqs(self) -> list[int]:
        return [fact["seq"] for fact in self.facts]
