"""What stands around each document of a page: its name and look, its links, its languages.

Templates that extend statuspage/public/base.html are given `Frame.context`, also where Django
answers and not the door: they then go through `stamps.placed`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, Self
from urllib.parse import urlsplit

from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation.trans_real import parse_accept_lang_header

from statuspage.models import ImageKind, Language, PageImage, StatusPage
from statuspage.rendering import stamps, theme

_SAFE: Final = {"http", "https", "mailto"}
_SUFFIXES: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/svg+xml": "svg",
    "image/x-icon": "ico",
    "image/vnd.microsoft.icon": "ico",
}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Whoever publishes may live in another zone and language than the public does."""
    with timezone.override(UTC), translation.override(language):
        yield


def spoken(accepted: str) -> str:
    """The first of our languages in an Accept-Language header; English where there is none."""
    codes = (code.partition("-")[0] for code, _ in parse_accept_lang_header(accepted[:200].lower()))
    return next((code for code in codes if code in Language.values), Language.ENGLISH)


def languages(page: StatusPage) -> list[str]:
    """In which the page can be read, its own first."""
    others = [one for one in page.languages if one in Language.values and one != page.language]
    return [page.language, *dict.fromkeys(others)]


def localised(page: StatusPage, language: str, path: str) -> str:
    """Where the document `path` is in that language, below the page."""
    prefix = "" if language == page.language else language
    return "/".join(part for part in (prefix, path) if part)


def image_path(image: PageImage) -> str:
    return f"{image.kind}-{image.digest}.{_SUFFIXES.get(image.content_type, 'img')}"


@dataclass(frozen=True, slots=True)
class Frame:
    page: StatusPage
    images: Mapping[str, PageImage]
    style: str

    @classmethod
    def of(cls, page: StatusPage) -> Self:
        rows = page.images.defer("body") if page.pk else ()
        return cls(page, {image.kind: image for image in rows}, theme.style(page))

    @property
    def languages(self) -> list[str]:
        return languages(self.page)

    def context(self, path: str, language: str) -> dict[str, Any]:
        """For the document `path`, in a language that is active already."""
        page = self.page
        start = localised(page, language, "")
        return {
            "page": page,
            "stamps": stamps.marks(language),
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            # The page in this language: what its own addresses begin with, and its first one.
            "here": SafeString(f"{stamps.BASE}/{start}" if start else stamps.BASE),
            "start": SafeString(f"{stamps.BASE}/{start}" if start else stamps.HOME),
            "canonical": self._address(path, language),
            "tongues": [self._tongue(path, one) for one in self.languages],
            "is_listed": page.is_public and page.searchable,
            "scheme": theme.scheme(page),
            "grounds": {scheme: theme.ground(page, scheme) for scheme in theme.OWN},
            "theme": self._theme(),
            **self._pictures(),
            "links": [link for link in page.links if is_safe(str(link.get("url", "")))],
            "home_url": page.home_url if is_safe(page.home_url) else "",
            "support_url": page.support_url if is_safe(page.support_url) else "",
        }

    def _address(self, path: str, language: str) -> str:
        found = localised(self.page, language, path)
        return f"{self.page.public_url}/{found}" if found else self.page.public_url

    def _tongue(self, path: str, language: str) -> dict[str, str]:
        found = localised(self.page, language, path)
        return {
            "code": language,
            "name": str(Language(language).label),
            "href": SafeString(f"{stamps.BASE}/{found}" if found else stamps.HOME),
            "url": self._address(path, language),
        }

    def _theme(self) -> str:
        digest = hashlib.sha256(self.style.encode()).hexdigest()[:8]
        return SafeString(f"{stamps.BASE}/{theme.PATH}?v={digest}") if self.style else ""

    def _pictures(self) -> dict[str, Any]:
        """The logo on either ground, where there is one, and the icon."""
        light, dark = self.images.get(ImageKind.LOGO), self.images.get(ImageKind.LOGO_DARK)
        always = theme.scheme(self.page)
        if always == "dark" and dark:
            light, dark = dark, None
        elif always == "light":
            dark = None
        icon = self.images.get(ImageKind.FAVICON)
        return {
            "logo": _picture(light or dark),
            "logo_dark": _picture(dark if light else None),
            "icon_file": _picture(icon),
        }


def _picture(image: PageImage | None) -> dict[str, Any] | None:
    if image is None:
        return None
    return {
        "src": SafeString(f"{stamps.BASE}/{image_path(image)}"),
        "type": image.content_type,
        "width": image.width,
        "height": image.height,
    }


def is_safe(url: str) -> bool:
    """Whether it leads to a page or a mailbox, and runs nothing."""
    try:
        return urlsplit(url.strip()).scheme.lower() in _SAFE
    except ValueError:
        return False
