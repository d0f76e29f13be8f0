"""Answering: look the address up, compare the tag, send bytes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings

from statuspage.door import replies
from statuspage.door.keeper import Keeper
from statuspage.door.replies import Headers, Reply
from statuspage.door.shelf import SHARED
from statuspage.door.source import Disk, Postgres
from statuspage.rendering.pages import not_found

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PAGES: Final = "/status"
API: Final = "/api/status/public"
# Only the very first request of a process waits, for the first look into PostgreSQL.
FIRST_LOOK_SECONDS: Final = 1.0


class StatusDoor:
    """A door as `incidentsite.dispatch` wants it.

    `parameters` (of psycopg) and `folder` say where snapshots come from; by default the default
    database, and DATA_DIR/status.
    """

    def __init__(
        self, *, parameters: Mapping[str, Any] | None = None, folder: Path | None = None
    ) -> None:
        self._parameters = parameters
        self._folder = folder
        self._keepers: WeakKeyDictionary[asyncio.AbstractEventLoop, Keeper] = WeakKeyDictionary()

    def serves(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith((f"{PAGES}/", f"{API}/")) or path in {PAGES, API}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        keeper = self.keeper()
        if not keeper.has_looked.is_set():
            await _wait(keeper)
        if scope["method"] not in {"GET", "HEAD"}:
            await _send(send, _not_allowed(), scope, [])
            return
        path = scope["path"]
        if path[-1] == "/":
            path = path.rstrip("/")
        query = scope["query_string"]
        reply = keeper.replies.get(f"{path}?{query.decode('latin-1')}" if query else path)
        reply = reply or keeper.replies.get(path)
        if reply is None:
            await _send(send, await _absent(path, is_ready=keeper.is_sure), scope, [])
            return
        await _send(send, reply, scope, keeper.freshness.get(path, []))

    def keeper(self) -> Keeper:
        """The keeper of the running loop; the first call starts it."""
        loop = asyncio.get_running_loop()
        found = self._keepers.get(loop)
        if found is None:
            folder = self._folder or Path(settings.DATA_DIR) / "status"
            found = self._keepers[loop] = Keeper(Postgres(self._parameters), Disk(folder))
        return found

    async def close(self) -> None:
        """Stop what runs in this loop."""
        keeper = self._keepers.pop(asyncio.get_running_loop(), None)
        if keeper is not None:
            await keeper.close()


async def _wait(keeper: Keeper) -> None:
    try:
        await asyncio.wait_for(keeper.has_looked.wait(), FIRST_LOOK_SECONDS)
    except TimeoutError:
        keeper.has_looked.set()  # One request has waited; the others need not.


async def _send(send: Send, reply: Reply, scope: Scope, more: Headers) -> None:
    accepted = known = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            known = value
    if known and replies.is_known(known, reply.tag):
        headers = reply.unchanged + more
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    encoding = replies.best_encoding(accepted)
    headers = reply.headers[encoding] + more
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = reply.bodies[encoding] if scope["method"] != "HEAD" else b""
    await send({"type": "http.response.body", "body": body})


@cache
def _not_allowed() -> Reply:
    words = "Status pages are read with GET."
    return replies.of_problem(405, "Method not allowed", words, (b"allow", b"GET, HEAD"))


async def _absent(path: str, *, is_ready: bool) -> Reply:
    """Nothing at this address, or nothing known yet."""
    return await asyncio.to_thread(_missing, path.startswith("/api/"), is_ready)


@cache
def _missing(is_api: bool, is_ready: bool) -> Reply:
    status = 404 if is_ready else 503
    words, hint = (
        ("There is no such status page", "The address may be mistyped, or the page was taken down.")
        if is_ready
        else ("The status page is not ready yet", "Nothing has been published here so far.")
    )
    if is_api:
        return replies.of_problem(status, words, hint)
    return replies.of_page(status, not_found(words, hint, SHARED))
