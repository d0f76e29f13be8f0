"""Marks in rendered bytes that are filled in where they are sent from: when the page was last known
to be current, and at which address it stands there.

They are comments in HTML, so nothing that people write can contain them: text is escaped and
Markdown is sanitised. JSON escapes its angle brackets for the same reason.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from statuspage.models import Language
from statuspage.rendering.words import clock, long_date

AS_OF: Final = "<!--as-of-->"
STALE_FLAG: Final = "<!--is-stale-->"
ETAG: Final = "<!--etag-->"
BASE: Final = "<!--base-->"
HOME: Final = "<!--home-->"
ASSETS: Final = "<!--assets-->"


def as_of_words(language: str) -> str:
    return f"<!--as-of-words-{language}-->"


def stale_banner(language: str) -> str:
    return f"<!--stale-{language}-->"


AS_OF_WORDS: Final = as_of_words(Language.ENGLISH)
STALE_BANNER: Final = stale_banner(Language.ENGLISH)


@cache
def marks(language: str) -> dict[str, SafeString]:
    """By the names that templates use."""
    return {
        "as_of": SafeString(AS_OF),
        "as_of_words": SafeString(as_of_words(language)),
        "banner": SafeString(stale_banner(language)),
        "etag": SafeString(ETAG),
        "base": SafeString(BASE),
        "home": SafeString(HOME),
        "assets": SafeString(ASSETS),
    }


MARKS: Final = marks(Language.ENGLISH)


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
# Where the door tells a view (in the ASGI scope) at which place the reader is.
PLACE_KEY: Final = "status_place"


def place_of(scope: object, address: str) -> Place:
    """The place of a request with this ASGI scope; `address` is where the page stands beside
    others, for requests that came past the door."""
    found = scope.get(PLACE_KEY) if isinstance(scope, dict) else None
    return found if isinstance(found, Place) else Place(base=address, assets="/status/assets")


def words(when: datetime, language: str = Language.ENGLISH) -> str:
    with translation.override(language):
        return f"{long_date(when)}, {clock(when)}"


def fill(body: bytes, place: Place, *, as_of: datetime, stale: bool, etag: str) -> bytes:
    """`body` with its marks replaced; a body without marks comes back as it is."""
    if AS_OF.encode() in body:
        iso = as_of.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
        said = {AS_OF: iso, STALE_FLAG: "true" if stale else "false", ETAG: etag}
        for language in Language.values:
            if as_of_words(language).encode() in body:
                since = words(as_of, language)
                said[as_of_words(language)] = since
                said[stale_banner(language)] = _banner(since, language) if stale else ""
        for mark, text in said.items():
            body = body.replace(mark.encode(), text.encode())
    return placed(body.replace(ETAG.encode(), etag.encode()), place)


def placed(body: bytes, place: Place) -> bytes:
    """`body` with the addresses that it has at this place."""
    for mark, text in ((BASE, place.base), (HOME, place.home), (ASSETS, place.assets)):
        body = body.replace(mark.encode(), text.encode())
    return body


def _banner(since: str, language: str) -> str:
    with translation.override(language):
        return format_html(
            '<p class="stale" role="status"><strong>{}</strong> {}</p>',
            gettext("This page is behind."),
            gettext("It shows what we knew at %(since)s, and catches up by itself.")
            % {"since": since},
        )
