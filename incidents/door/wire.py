"""HTTP as the door speaks it: bounded bodies in, bytes out, refusals as exceptions."""

import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON: Final = b"application/json"
PROBLEM: Final = b"application/problem+json"


class Refusal(Exception):
    """The request is not accepted. `detail` says why and what to do; each protocol words it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        problems: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.problems = list(problems)
        self.headers = dict(headers or {})


class Gone(Exception):
    """The client hung up before its request was complete."""


def unavailable(detail: str, *, after: int = 5) -> Refusal:
    """Nothing was stored; sending the same again is right."""
    return Refusal(503, detail, headers={"Retry-After": str(after)})


def header(scope: Scope, name: bytes) -> str:
    for found, value in scope["headers"]:
        if found == name:
            return str(value.decode("latin-1"))
    return ""


def presented_key(scope: Scope) -> str:
    """The key in the Authorization header: a bearer token, or either half of basic auth."""
    scheme, _, rest = header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        name, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password or name


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body, unpacked where it came as gzip. Raises Refusal past `limit` bytes."""
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return _unpacked(body, header(scope, b"content-encoding").lower(), limit)


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"The body is larger than {limit // 1024} KiB. Send less at a time.")


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        text = f"The content encoding {encoding[:40]!r} is not read here. Use gzip or none."
        raise Refusal(415, text, headers={"Accept-Encoding": "gzip, identity"})
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpack.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refusal(400, "The body says it is gzip but cannot be unpacked.") from error
    if len(plain) > limit:
        raise _too_large(limit)
    if not unpack.eof:
        raise Refusal(400, "The gzip body ends too early.")
    return plain


async def answer_bytes(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: bytes,
    headers: Mapping[str, str] | None = None,
) -> None:
    fields = [(b"cache-control", b"no-store")]
    if status != 204:
        fields += [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    for name, value in (headers or {}).items():
        fields.append((name.lower().encode(), value.encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
