"""Reading JSON that strangers send.

`read` is strict about the syntax; the others take what is there and never fail, because a sender's
odd field must not cost an alert.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from incidents.kernel.text import plain

MAX_DEPTH: Final = 32
_BOM: Final = b"\xef\xbb\xbf"
_TOO_DEEP: Final = f"The JSON is nested more than {MAX_DEPTH} levels deep."
# What may stand between a name and its colon; and a quote that is written as an escape.
_HIDING: Final = (b" :", b"\t:", b"\n:", b"\r:", b"\\u0022")
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Unreadable(ValueError):
    """The body is not JSON as we accept it; the message says why."""


def read(body: bytes) -> Any:
    """The JSON value in `body`: UTF-8, at most MAX_DEPTH levels, no NaN, no lone surrogates.

    Of a name that occurs twice in an object the last value counts (see `refuse_twins`). Raises
    Unreadable.
    """
    try:
        value = _decode(body.removeprefix(_BOM))
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8 (byte {error.start}).") from error
    except RecursionError as error:
        raise Unreadable(_TOO_DEEP) from error
    except msgspec.DecodeError as error:
        what = "is empty" if not body.strip() else f"is not valid JSON: {error}"
        raise Unreadable(f"The body {what}.") from error
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise Unreadable(_TOO_DEEP)
    return value


def write(value: Any) -> bytes:
    """`value` as JSON, compact."""
    return _encode(value)


def digest(*parts: bytes) -> str:
    """A short stable name, in hex digits, for what `parts` say together."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def refuse_twins(body: bytes, value: Any) -> None:
    """Raise Unreadable where a name occurs twice in one object of `body`, which reads as `value`.

    What is written back has each name once: as many quotes before a colon means no twins. Only
    where the counts differ, or spaces hide the colons, every object is looked at.
    """
    hidden = any(mark in body for mark in _HIDING)
    if not hidden and body.count(b'":') == _encode(value).count(b'":'):
        return
    json.loads(body.removeprefix(_BOM), object_pairs_hook=_without_twins)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twin = counts.most_common(1)[0][0]
        raise Unreadable(f"The name {twin[:60]!r} occurs twice in one object.")
    return names


def refuse_nul(body: bytes, value: Any) -> None:
    """Raise Unreadable where `body`, which reads as `value`, holds a NUL as an escape: nothing
    that stores text can keep it."""
    if b"\\u0000" in body and _holds_nul(value):
        raise Unreadable("The body holds a NUL character (\\u0000), which is no text. Remove it.")


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict) and any("\0" in name for name in value):
        return True
    return isinstance(value, dict | list) and any(_holds_nul(inner) for inner in _children(value))


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_is_deeper(inner, levels - 1) for inner in _children(value))


def _children(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value


def mapping(value: object) -> Mapping[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def labels(value: object, *, count: int = 64, limit: int = 1024) -> dict[str, str]:
    """The scalar members of an object as text, without the empty ones, at most `count` of them."""
    pairs = list(mapping(value).items())[:count]
    texts = {plain(name, 128): plain(inner, limit) for name, inner in pairs}
    return {name: text for name, text in texts.items() if text}


def tidy(value: object, *, levels: int = 4) -> Any:
    """`value` made fit to keep as JSON: no control characters, long text and lists cut short."""
    if isinstance(value, str):
        return plain(value, 4000)
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return "…"
    if isinstance(value, list):
        return [tidy(inner, levels=levels - 1) for inner in value[:50]]
    pairs = list(value.items())[:64]
    return {plain(name, 128): tidy(inner, levels=levels - 1) for name, inner in pairs}


def moment(value: object) -> datetime | None:
    """An RFC 3339 time, or seconds since 1970, in UTC; None for nonsense and for "never" (year 1).

    A time without an offset is taken as UTC.
    """
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value, UTC)
        else:
            return None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year >= 1990 else None


def link(value: object, limit: int = 1000) -> str:
    """`value` where it is a web address that a browser may follow, else empty."""
    text = plain(value, limit + 1)
    if len(text) > limit:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and parts.netloc else ""
