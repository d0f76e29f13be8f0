"""Marks in rendered bytes that are filled in where they are sent from: when the page was last known
to be current, and at which address it stands there.

They are comments in HTML, so nothing that people write can contain them: text is escaped and
Markdown is sanitised. JSON escapes its angle brackets for the same reason.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.safestring import SafeString

AS_OF: Final = "<!--as-of-->"
AS_OF_WORDS: Final = "<!--as-of-words-->"
STALE_BANNER: Final = "<!--stale-->"
STALE_FLAG: Final = "<!--is-stale-->"
ETAG: Final = "<!--etag-->"
BASE: Final = "<!--base-->"
HOME: Final = "<!--home-->"
ASSETS: Final = "<!--assets-->"
# By the names that templates use.
MARKS: Final = {
    "as_of": SafeString(AS_OF),
    "as_of_words": SafeString(AS_OF_WORDS),
    "banner": SafeString(STALE_BANNER),
    "etag": SafeString(ETAG),
    "base": SafeString(BASE),
    "home": SafeString(HOME),
    "assets": SafeString(ASSETS),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands on its host: `base` begins the addresses of its documents (no slash at
    the end), `assets` those of style and script."""

    base: str
    assets: str

    @property
    def home(self) -> str:
        return self.base or "/"


# A host, or a copy, that holds nothing else.
ROOT: Final = Place(base="", assets="/assets")


def words(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def fill(body: bytes, place: Place, *, as_of: datetime, stale: bool, etag: str) -> bytes:
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
    return placed(body, place)


def placed(body: bytes, place: Place) -> bytes:
    """`body` with the addresses that it has at this place."""
    for mark, text in ((BASE, place.base), (HOME, place.home), (ASSETS, place.assets)):
        body = body.replace(mark.encode(), text.encode())
    return body


def _banner(since: str) -> str:
    return (
        '<p class="stale" role="status"><strong>This page is behind.</strong> '
        f"It shows what we knew at {since}, and catches up by itself.</p>"
    )
