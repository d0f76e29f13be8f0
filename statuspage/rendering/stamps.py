"""Marks in rendered bytes that the door fills in: when the page was last known to be current.

They are comments in HTML, so nothing that people write can contain them: text is escaped and
Markdown is sanitised. JSON escapes its angle brackets for the same reason.
"""

from datetime import UTC, datetime
from typing import Final

from django.utils.safestring import SafeString

AS_OF: Final = "<!--as-of-->"
AS_OF_WORDS: Final = "<!--as-of-words-->"
STALE_BANNER: Final = "<!--stale-->"
STALE_FLAG: Final = "<!--is-stale-->"
ETAG: Final = "<!--etag-->"
# By the names that templates use.
MARKS: Final = {
    "as_of": SafeString(AS_OF),
    "as_of_words": SafeString(AS_OF_WORDS),
    "banner": SafeString(STALE_BANNER),
    "etag": SafeString(ETAG),
}


def words(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def fill(body: bytes, *, as_of: datetime, stale: bool, etag: str) -> bytes:
    """`body` with its marks replaced; a body without marks comes back as it is."""
    iso = as_of.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
    banner = _banner(words(as_of)) if stale else ""
    for mark, text in (
        (AS_OF, iso),
        (AS_OF_WORDS, words(as_of)),
        (STALE_BANNER, banner),
        (STALE_FLAG, "true" if stale else "false"),
        (ETAG, etag),
    ):
        body = body.replace(mark.encode(), text.encode())
    return body


def _banner(since: str) -> str:
    return (
        '<p class="stale" role="status"><strong>This page is behind.</strong> '
        f"It shows what we knew at {since}, and catches up by itself.</p>"
    )
