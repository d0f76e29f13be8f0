"""Before all the rest: whose request it is, hosts that belong to a status page, and their forms.

At the host of a page there is that page and nothing else: the console, its API and its sockets are
not reachable under that name. A page's forms are Django's; they are handed over with the address
that they have at the console, and `place_of` tells the views where the reader really is.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.conf import settings

from statuspage.door import replies
from statuspage.door.asgi import Receive, Scope, Send, StatusDoor, refused
from statuspage.door.keeper import Keeper
from statuspage.door.replies import Reply
from statuspage.door.shelf import PAGES, Shelf
from statuspage.rendering.stamps import PLACE_KEY, ROOT, Place
from statuspage.services.admission import address_of

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FORMS: Final = frozenset({"subscribe", "manage", "unsubscribe", "confirm", "enter"})
# Whoever follows a link in a message proves by it who they are; these need no admission.
_BY_LINK: Final = ("manage/", "unsubscribe/", "confirm/", "subscribe/confirm/")
_AT_CONSOLE: Final = frozenset({b"host", b"origin", b"referer"})


class Entrance:
    """`inner` answers at the console's own names, `forms` the pages' forms."""

    def __init__(self, door: StatusDoor, inner: Application, forms: Application) -> None:
        self._door = door
        self._inner = inner
        self._forms = forms
        self._reserved = console_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._inner(scope, receive, send)
            return
        host, forwarded = _told(scope)
        if forwarded and scope.get("client"):
            peer, port = scope["client"]
            scope = {**scope, "client": (address_of(str(peer), forwarded), port)}
        if host and host not in self._reserved:
            keeper = await self._door.ready()
            if host in keeper.hosts:
                await self._at_host(host, scope, receive, send)
                return
        path: str = scope["path"]
        if path.startswith(f"{PAGES}/") and scope["type"] == "http":
            keeper = await self._door.ready()
            shelf, rest = _form_at(path, keeper)
            if shelf is not None:
                await self._hand_over(scope, receive, send, (shelf, shelf.place, rest))
                return
        await self._inner(scope, receive, send)

    async def _at_host(self, host: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
            return
        rest = scope["path"].strip("/")
        if rest.partition("/")[0] not in FORMS:
            await self._door.at_host(host, scope, send)
            return
        keeper = self._door.keeper()
        shelf = keeper.shelf(keeper.hosts[host][0])
        if shelf is not None:
            await self._hand_over(_as_at_console(scope), receive, send, (shelf, ROOT, rest))

    async def _hand_over(
        self, scope: Scope, receive: Receive, send: Send, wanted: tuple[Shelf, Place, str]
    ) -> None:
        shelf, place, rest = wanted
        refusal = await self._refusal(scope, shelf, place, rest)
        if refusal is not None:
            await _say(send, refusal)
            return
        path = f"{PAGES}/{shelf.slug}/{rest}"
        at_console = {**scope, "path": path, "raw_path": quote(path).encode(), PLACE_KEY: place}
        await self._forms(at_console, receive, send)

    async def _refusal(self, scope: Scope, shelf: Shelf, place: Place, rest: str) -> Reply | None:
        """A page that one may not read has no form either, but the one to be admitted by."""
        if shelf.terms.is_public or rest.startswith(_BY_LINK):
            return None
        reply = await refused(scope, shelf, place, is_away=self._door.keeper().is_away)
        is_asked = reply is not None and reply.status in {303, 401}
        return None if rest == "enter" and is_asked else reply


def console_names() -> frozenset[str]:
    """The hosts that no page can take: those that are spelt out for the console."""
    spelt = {name.lower() for name in settings.ALLOWED_HOSTS if name[:1] not in {".", "*"}}
    return frozenset(spelt | {urlsplit(settings.SITE_URL).hostname or ""})


def _form_at(path: str, keeper: Keeper) -> tuple[Shelf | None, str]:
    """Whose form it is, and its address below that page."""
    first, _, rest = path.removeprefix(f"{PAGES}/").partition("/")
    named = keeper.shelf(first)
    if named is not None:
        form = rest.strip("/")
        return (named, form) if form.partition("/")[0] in FORMS else (None, "")
    if first in FORMS:
        return keeper.shelf(keeper.default), f"{first}/{rest}".strip("/")
    return None, ""


def _as_at_console(scope: Scope) -> Scope:
    """Django knows the console's name only. What the page's own host sent from its own pages is as
    good as sent from there, so it says so; what others sent stays as it is."""
    site = urlsplit(settings.SITE_URL)
    given = dict(scope["headers"])
    own = given.get(b"host", b"")
    headers = [pair for pair in scope["headers"] if pair[0] not in _AT_CONSOLE]
    headers.append((b"host", site.netloc.encode()))
    for name in (b"origin", b"referer"):
        value = given.get(name)
        if value is not None:
            is_own = urlsplit(value).netloc == own
            headers.append((name, settings.SITE_URL.encode() if is_own else value))
    return {**scope, "headers": headers}


def _told(scope: Scope) -> tuple[str, str]:
    """The host that was asked for, and for whom proxies say that it was."""
    host, forwarded = "", []
    for name, value in scope["headers"]:
        if name == b"host":
            host = _named(value)
        elif name == b"x-forwarded-for":
            forwarded.append(value.decode("latin-1"))
    return host, ",".join(forwarded)


@lru_cache(maxsize=512)
def _named(value: bytes) -> str:
    """A Host header without its port, as names are compared."""
    text = value.decode("latin-1").lower()
    name = text if text.endswith("]") else text.rpartition(":")[0] or text
    return name.rstrip(".")


async def to_console(scope: Scope, _receive: Receive, send: Send) -> None:
    """What the gate answers for forms: the console has them, and takes what was sent along."""
    query = scope["query_string"].decode("latin-1")
    address = f"{settings.SITE_URL.rstrip('/')}{quote(scope['path'])}"
    await _say(send, replies.elsewhere(f"{address}?{query}" if query else address, status=307))


async def _say(send: Send, reply: Any) -> None:
    headers, body = reply.headers[replies.IDENTITY], reply.bodies[replies.IDENTITY]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
