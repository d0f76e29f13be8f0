"""The documents of one page: its bytes by path, with marks that the door fills in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language_bidi, gettext, gettext_noop

from statuspage.models import ImageKind, Language, StatusPage
from statuspage.rendering import history, stamps, theme
from statuspage.rendering.frame import Frame, image_path, localised, speaking
from statuspage.rendering.headline import affected, headline
from statuspage.rendering.summary import summary
from statuspage.rendering.told import IncidentView
from statuspage.rendering.view import PageView
from statuspage.rendering.works import MaintenanceView

INDEX: Final = ""
HISTORY: Final = "history"
JSON: Final = "json"
HTML_TYPE: Final = "text/html; charset=utf-8"
JSON_TYPE: Final = "application/json"
CSS_TYPE: Final = "text/css; charset=utf-8"
# What the paths of theme and pictures begin with.
DRESS: Final = (theme.PATH, *(f"{kind}-" for kind in ImageKind.values))


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is nothing at an address, in English."""

    words: str
    hint: str


_MISTYPED: Final = gettext_noop("The address may be mistyped, or the page was taken down.")
NO_STATUS_PAGE: Final = Absent(gettext_noop("There is no such status page"), _MISTYPED)
NO_SUCH_PAGE: Final = Absent(gettext_noop("There is no such page"), _MISTYPED)
NOT_READY: Final = Absent(
    gettext_noop("The status page is not ready yet"),
    gettext_noop("Nothing has been published here so far."),
)


@dataclass(frozen=True, slots=True)
class Document:
    """`path` is relative to the page; `etag` stands for the content, whatever the time of day."""

    path: str
    content_type: str
    body: bytes
    etag: str

    @classmethod
    def of(cls, path: str, content_type: str, body: bytes) -> "Document":
        return cls(path, content_type, body, hashlib.sha256(body).hexdigest()[:16])


def overview(view: PageView) -> list[Document]:
    """What changes with each publication: the page and its history in each language, its JSON, and
    with what it is dressed."""
    frame = Frame.of(view.page)
    years = history.years(view.page) if view.page.pk else []
    found: list[Document] = []
    for language in frame.languages:
        with speaking(language):
            now = {"view": view, "headline": headline(view), "affected": affected(view)}
            past = _past(history.months(view), years)
            found += [
                _html(frame, language, INDEX, "index", now),
                _html(frame, language, HISTORY, "history", past),
            ]
    with speaking(view.page.language):
        found.append(Document.of(JSON, JSON_TYPE, summary(view).encode()))
    return [*found, *dress(frame)]


def dress(frame: Frame) -> list[Document]:
    """The theme and the pictures."""
    images = frame.page.images.all() if frame.page.pk else ()
    found = [Document.of(image_path(i), i.content_type, bytes(i.body)) for i in images]
    if frame.style:
        found.append(Document.of(theme.PATH, CSS_TYPE, frame.style.encode()))
    return found


def dressed(frame: Frame) -> list[str]:
    """The paths of the theme and the pictures."""
    return [*map(image_path, frame.images.values()), *([theme.PATH] if frame.style else [])]


def archive(frame: Frame, numbers: Sequence[int], now: datetime) -> list[Document]:
    """The history of these years."""
    years = history.years(frame.page)
    found: list[Document] = []
    for number in numbers:
        months = history.year(frame.page, number, now)
        for language in frame.languages:
            with speaking(language):
                context = _past(months, years, number)
                found.append(_html(frame, language, year_path(number), "history", context))
    return found


def year_path(number: int) -> str:
    return f"{HISTORY}/{number}"


def permalink(frame: Frame, entry: IncidentView | MaintenanceView) -> list[Document]:
    """The lasting address of one incident or one piece of planned work."""
    name = "maintenance" if isinstance(entry, MaintenanceView) else "incident"
    found = []
    for language in frame.languages:
        with speaking(language):
            found.append(_html(frame, language, entry.path, name, {name: entry}))
    return found


def _past(
    months: Sequence[history.Month], years: Sequence[int], number: int | None = None
) -> dict[str, Any]:
    return {
        "months": months,
        "years": years,
        "year": number,
        "weekdays": [str(WEEKDAYS_ABBR[day])[:1] for day in range(7)],
    }


def _html(
    frame: Frame, language: str, path: str, template: str, context: dict[str, Any]
) -> Document:
    html = render_to_string(
        f"statuspage/public/{template}.html", {**frame.context(path, language), **context}
    )
    return Document.of(localised(frame.page, language, path), HTML_TYPE, html.encode())


def not_found(why: Absent, place: stamps.Place, language: str = Language.ENGLISH) -> bytes:
    """A small page for an address that leads nowhere; it needs no rows."""
    with speaking(language):
        html = render_to_string(
            "statuspage/public/missing.html",
            {
                "words": gettext(why.words),
                "hint": gettext(why.hint),
                "stamps": stamps.MARKS,
                "start": stamps.MARKS["home"],
                "language": language,
                "direction": "rtl" if get_language_bidi() else "ltr",
            },
        )
    return stamps.placed(html.encode(), place)


def json_url(page: StatusPage) -> str:
    return "/api/status/public" if page.is_default else f"/api/status/public/{page.slug}"
