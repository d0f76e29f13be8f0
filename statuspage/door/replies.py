"""Replies as bytes: compressed in each way that clients take, with their headers made up."""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import brotli  # type: ignore[import-untyped]  # it brings no types
from django.conf import settings

from statuspage.door.shelf import Shelf, Stored
from statuspage.rendering import stamps
from statuspage.rendering.assets import Asset
from statuspage.rendering.machine.widget import FRAME
from statuspage.rendering.stamps import Place

Headers = list[tuple[bytes, bytes]]

IDENTITY, GZIP, BROTLI = range(3)
_NAMES: Final = (b"", b"gzip", b"br")
_PAGE_CACHE: Final = b"public, max-age=5, stale-while-revalidate=30, stale-if-error=86400"
_ASSET_CACHE: Final = b"public, max-age=300, stale-while-revalidate=86400"
_FOREVER: Final = b"public, max-age=31536000, immutable"
_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PRIVATE_CACHE: Final = b"private, no-cache"
_HTML: Final = "text/html"
_ANY_ORIGIN: Final = (b"access-control-allow-origin", b"*")
_TIMES: Final = (stamps.AS_OF.encode(), stamps.AS_OF_WORDS.encode())
_PLACES: Final = tuple(mark.encode() for mark in (stamps.BASE, stamps.HOME, stamps.ASSETS))
# Pages are stamped anew each minute: the level that is worth its time there.
_QUICK, _THOROUGH = 5, 11


def security_headers(*, framed: bool = False) -> Headers:
    """What Django's middleware would have added: it does not run here. What is `framed` may stand
    in the pages of others."""
    policy = _POLICY.replace(b"frame-ancestors 'none'", b"frame-ancestors *") if framed else _POLICY
    headers = [
        (b"content-security-policy", policy),
        *([] if framed else [(b"x-frame-options", b"DENY")]),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    seconds = settings.SECURE_HSTS_SECONDS
    return (
        [*headers, (b"strict-transport-security", b"max-age=%d" % seconds)] if seconds else headers
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """`bodies` and `headers` by encoding; `unchanged` are the headers of a 304."""

    status: int
    tag: bytes
    bodies: tuple[bytes, bytes, bytes]
    headers: tuple[Headers, Headers, Headers]
    unchanged: Headers


@dataclass(frozen=True, slots=True)
class _Kind:
    content_type: str
    cache: bytes
    quality: int = _QUICK
    status: int = 200
    extra: tuple[tuple[bytes, bytes], ...] = ()
    framed: bool = False
    vary: bytes = b"accept-encoding"


def of_document(document: Stored, shelf: Shelf, place: Place, now: datetime) -> Reply:
    """The reply with this document at `place`, saying how fresh it is."""
    stale = shelf.is_stale(now) and has_marks(document)
    tag = f"{document.etag}-behind" if stale else document.etag
    body = stamps.fill(document.body, place, as_of=shelf.as_of, stale=stale, etag=tag)
    return _reply(body, tag, _kind(document, shelf))


def _kind(document: Stored, shelf: Shelf) -> _Kind:
    extra: list[tuple[bytes, bytes]] = []
    if not (shelf.is_searchable and shelf.terms.is_public):
        extra.append((b"x-robots-tag", b"noindex"))
    if not shelf.terms.is_public:
        return _Kind(
            document.content_type,
            _PRIVATE_CACHE,
            extra=tuple(extra),
            vary=b"accept-encoding, cookie",
        )
    if not document.content_type.startswith(_HTML):
        # Any site may read what is for programs: there is nothing in it that is not public.
        extra += [_ANY_ORIGIN, (b"cross-origin-resource-policy", b"cross-origin")]
    framed = document.path == FRAME or document.path.endswith(f"/{FRAME}")
    return _Kind(document.content_type, _PAGE_CACHE, extra=tuple(extra), framed=framed)


def has_marks(document: Stored) -> bool:
    """Whether the document says how fresh it is, so that it must be stamped anew."""
    return any(mark in document.body for mark in _TIMES)


def is_placed(document: Stored) -> bool:
    """Whether the document names its own address, so that it differs from place to place."""
    return any(mark in document.body for mark in _PLACES)


def of_asset(asset: Asset, folder: str) -> dict[str, Reply]:
    """By address in `folder`: the versioned one may be kept for good, the plain one for minutes."""
    plain = _Kind(asset.content_type, _ASSET_CACHE, _THOROUGH)
    lasting = _Kind(asset.content_type, _FOREVER, _THOROUGH)
    return {
        f"{folder}/{asset.name}": _reply(asset.body, asset.digest, plain),
        f"{folder}/{asset.version}": _reply(asset.body, asset.digest, lasting),
    }


def elsewhere(address: str, *, status: int = 303) -> Reply:
    """Nothing here: look at `address`."""
    extra = ((b"location", address.encode()),)
    return _reply(
        b"", "", _Kind("text/plain; charset=utf-8", b"no-store", status=status, extra=extra)
    )


def preflight() -> Reply:
    """What a browser asks before it reads from another site with headers of its own."""
    extra = (
        _ANY_ORIGIN,
        (b"access-control-allow-methods", b"GET, HEAD"),
        (b"access-control-allow-headers", b"*"),
        (b"access-control-max-age", b"86400"),
    )
    kind = _Kind("text/plain; charset=utf-8", b"public, max-age=86400", status=204, extra=extra)
    return _reply(b"", "", kind)


def of_page(status: int, html: bytes) -> Reply:
    extra = ((b"retry-after", b"5"),) if status == 503 else ()
    kind = _Kind("text/html; charset=utf-8", b"no-store", status=status, extra=extra)
    return _reply(html, "", kind)


def of_problem(status: int, title: str, detail: str, *extra: tuple[bytes, bytes]) -> Reply:
    found: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    body = json.dumps({**found, "detail": detail}).encode()
    kind = _Kind("application/problem+json", b"no-store", status=status, extra=extra)
    return _reply(body, "", kind)


def _reply(body: bytes, tag: str, kind: _Kind) -> Reply:
    # Weak: the stamp of the minute and the compression differ under one tag.
    shared: Headers = [(b"cache-control", kind.cache), (b"vary", kind.vary), *kind.extra]
    if tag:
        shared.append((b"etag", b'W/"%s"' % tag.encode()))
    shared += security_headers(framed=kind.framed)
    bodies = compressed(body, thorough=kind.quality == _THOROUGH)
    full = [(b"content-type", kind.content_type.encode()), *shared]
    identity, gzipped, brotlied = (_sized(full, i, one) for i, one in enumerate(bodies))
    return Reply(kind.status, tag.encode(), bodies, (identity, gzipped, brotlied), shared)


def compressed(body: bytes, *, thorough: bool = False) -> tuple[bytes, bytes, bytes]:
    """`body` as it is, by gzip and by brotli; pictures grow, but there are few."""
    return (
        body,
        gzip.compress(body, 9 if thorough else 6, mtime=0),
        bytes(brotli.compress(body, quality=_THOROUGH if thorough else _QUICK)),
    )


def _sized(headers: Headers, encoding: int, body: bytes) -> Headers:
    sized = [*headers, (b"content-length", b"%d" % len(body))]
    return [*sized, (b"content-encoding", _NAMES[encoding])] if encoding else sized


@lru_cache(maxsize=512)
def best_encoding(accepted: bytes) -> int:
    """The smallest encoding that this Accept-Encoding allows."""
    allowed = {name for name, quality in map(_weighed, accepted.lower().split(b",")) if quality}
    if b"br" in allowed:
        return BROTLI
    return GZIP if b"gzip" in allowed else IDENTITY


def _weighed(part: bytes) -> tuple[bytes, float]:
    name, _, parameter = part.partition(b";")
    try:
        quality = float(parameter.partition(b"=")[2] or 1)
    except ValueError:
        quality = 0.0
    return name.strip(), quality


def is_known(if_none_match: bytes, tag: bytes) -> bool:
    """Whether the client has this content already (RFC 9110, weak comparison)."""
    if not tag or not if_none_match:
        return False
    given = (one.strip().removeprefix(b"W/").strip(b'"') for one in if_none_match.split(b","))
    return any(one in {tag, b"*"} for one in given)
