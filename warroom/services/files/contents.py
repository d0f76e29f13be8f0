"""What a file is, by its content. What it is called and what the sender says of it count nothing.

Only what is listed here is taken; whatever could run in a browser is only ever text to us.
"""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from incidents.kernel.errors import Invalid

PICTURES: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
TEXT: Final = "text/plain"
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
_MP4_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V "}
)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# Tab, line feed, form feed, carriage return and the escape of coloured terminals are text.
_NO_TEXT: Final = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
_CONTROL: Final = re.compile(f"[{re.escape(_NO_TEXT.decode())}]")
_HEAD: Final = 4096
_CHUNK: Final = 1 << 20
TAKEN: Final = (
    "Take a PNG, JPEG, GIF or WebP picture, text, a log, CSV, JSON, HAR, PDF, ZIP, gzip, MP4 or "
    "WebM; pack anything else into a ZIP."
)


def media_type_of(path: Path, name: str) -> str:
    """The media type of what is in `path`; Invalid where it is none that is taken.

    `name` only tells CSV and JSON from other text.
    """
    with path.open("rb") as content:
        head = content.read(_HEAD)
        found = _by_start(head)
        if found:
            return found
        content.seek(0)
        chunks = iter(lambda: content.read(_CHUNK), b"")
        if _is_wide_text(chunks) if head.startswith(_UTF16) else _is_text(chunks):
            return _kind_of_text(head, name)
    raise Invalid(f"“{name}” is of a kind that cannot be attached.", TAKEN, field="file")


def _by_start(head: bytes) -> str:
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return "video/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    return ""


def _is_text(chunks: Iterable[bytes]) -> bool:
    """No control characters anywhere. A log may hold bytes of any encoding beside that."""
    return all(len(chunk.translate(None, _NO_TEXT)) == len(chunk) for chunk in chunks)


def _is_wide_text(chunks: Iterable[bytes]) -> bool:
    """UTF-16 with its mark, as Windows writes it."""
    try:
        return not any(_CONTROL.search(text) for text in codecs.iterdecode(chunks, "utf-16"))
    except UnicodeDecodeError:
        return False


def _kind_of_text(head: bytes, name: str) -> str:
    ending = Path(name).suffix.lower()
    if ending == ".csv":
        return "text/csv"
    if ending in {".json", ".har"} and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return "application/json"
    return TEXT
