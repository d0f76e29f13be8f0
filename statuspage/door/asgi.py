"""Answering: look the address up, see who may read it, compare the tag, send bytes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

from django.conf import settings

from incidents.kernel import clock
from statuspage.door import replies
from statuspage.door.keeper import Keeper, Table
from statuspage.door.replies import Headers, Reply
from statuspage.door.shelf import API, PAGES, SHARED, V2, Shelf
from statuspage.door.source import Disk, Postgres
from statuspage.rendering import pages
from statuspage.rendering.frame import spoken
from statuspage.rendering.stamps import ROOT, Place
from statuspage.services.admission import Verdict, cookie_name, judge

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

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
        if path.startswith(V2):
            return path.endswith(".json")  # what else is there speaks with Alertmanager's clients
        return path.startswith((f"{PAGES}/", f"{API}/")) or path in {PAGES, API}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        keeper = await self.ready()
        await _answer(scope, send, keeper, keeper.shared, SHARED)

    async def at_host(self, host: str, scope: Scope, send: Send) -> None:
        """Answer for the page that has this host to itself."""
        keeper = await self.ready()
        _, table = keeper.hosts.get(host, ("", {}))
        await _answer(scope, send, keeper, table, ROOT)

    async def ready(self) -> Keeper:
        """The keeper of the running loop, once it has looked."""
        keeper = self.keeper()
        if not keeper.has_looked.is_set():
            await _wait(keeper)
        return keeper

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


async def _answer(scope: Scope, send: Send, keeper: Keeper, table: Table, place: Place) -> None:
    if scope["method"] not in {"GET", "HEAD"}:
        asks = scope["method"] == "OPTIONS"
        await _send(send, _preflight() if asks else _not_allowed(), scope, [])
        return
    path = scope["path"]
    if path[-1] == "/":
        path = path.rstrip("/") or ("" if place.base else "/")
    query = scope["query_string"]
    shown = table.get(f"{path}?{query.decode('latin-1')}" if query else path) or table.get(path)
    if shown is None:
        await _send(send, await _absent(scope, place, is_ready=keeper.is_sure), scope, [])
        return
    shelf = keeper.shelf(shown.slug)
    if shelf is not None and not shelf.terms.is_public:
        refusal = await refused(scope, shelf, place, is_away=keeper.is_away)
        if refusal is not None:
            await _send(send, refusal, scope, [])
            return
    await _send(send, shown.reply, scope, keeper.freshness.get(shown.slug, []))


async def refused(scope: Scope, shelf: Shelf, place: Place, *, is_away: bool) -> Reply | None:
    """What a reader gets instead of the page; None for one who may read it."""
    headers = dict(scope["headers"])
    verdict = judge(
        shelf.terms,
        shelf.slug,
        address=str((scope.get("client") or ("",))[0]),
        cookie=_cookie(headers.get(b"cookie", b""), cookie_name(shelf.slug)),
        now=clock.now(),
        is_away=is_away,
    )
    if verdict == Verdict.ADMITTED:
        return None
    if verdict == Verdict.HIDDEN:
        return await _absent(scope, place, is_ready=True)
    base = "" if place == ROOT else shelf.place.base
    wanted = quote(scope["path"], safe="/")
    if b"text/html" in headers.get(b"accept", b"text/html"):
        return replies.elsewhere(f"{base}/enter?next={quote(wanted, safe='')}")
    words = f"This status page is not for everybody. Open {base or ''}/enter in a browser first."
    return replies.of_problem(401, "Not admitted", words)


def _cookie(header: bytes, name: str) -> str:
    if name.encode() not in header:
        return ""
    try:
        found = SimpleCookie(header.decode("latin-1")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


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


@cache
def _preflight() -> Reply:
    return replies.preflight()


async def _absent(scope: Scope, place: Place, *, is_ready: bool) -> Reply:
    """Nothing at this address, or nothing known yet."""
    is_api = scope["path"].startswith("/api/")
    accepted = dict(scope["headers"]).get(b"accept-language", b"")
    language = spoken(accepted.decode("latin-1"))
    return await asyncio.to_thread(_missing, is_api, is_ready, place, language)


@cache
def _missing(is_api: bool, is_ready: bool, place: Place, language: str) -> Reply:
    status, why = (404, pages.NO_STATUS_PAGE) if is_ready else (503, pages.NOT_READY)
    if is_api:
        return replies.of_problem(status, why.words, why.hint)
    return replies.of_page(status, pages.not_found(why, place, language))
