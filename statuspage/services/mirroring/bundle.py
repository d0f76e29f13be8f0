"""A page as plain files, under the names at which a web server finds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statuspage.models import StatusPage
from statuspage.rendering import pages, stamps
from statuspage.rendering.assets import assets
from statuspage.rendering.stamps import Place

INDEX: Final = "index.html"
_PAGE_CACHE: Final = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
_ASSET_CACHE: Final = "public, max-age=300, stale-while-revalidate=86400"
_HTML: Final = "text/html"


class Unwritten(Exception):
    """The copy could not be written; the words are for whoever looks after the page."""


@dataclass(frozen=True, slots=True)
class File:
    path: str
    content_type: str
    body: bytes
    cache: str = _PAGE_CACHE


def bundle(page: StatusPage, now: datetime, *, base: str = "") -> list[File]:
    """All files, the first page last: whoever comes in between finds nothing missing. Addresses in
    them begin with `base`. A page that is not for everybody, or is off, has no files."""
    if not (page.is_public and page.enabled and page.rendered_at):
        return []
    place = Place(base=base, assets=f"{base}/assets")
    # What PostgreSQL says now is the newest there is, unless rendering is behind.
    as_of = now if page.rendered_version >= page.version else page.rendered_at
    found = [
        File(f"assets/{asset.name}", asset.content_type, asset.body, _ASSET_CACHE)
        for asset in assets().values()
    ]
    for row in page.snapshots.order_by("path"):
        body = stamps.fill(bytes(row.body), place, as_of=as_of, stale=False, etag=row.etag)
        found += [File(name, row.content_type, body) for name in _names(row.path, row.content_type)]
    nothing = pages.not_found(pages.NO_SUCH_PAGE, place, page.language)
    found.append(File("404.html", pages.HTML_TYPE, nothing))
    return sorted(found, key=lambda file: (file.path == INDEX, file.path))


def _names(path: str, content_type: str) -> Sequence[str]:
    if content_type.startswith(_HTML):
        return [f"{path}/{INDEX}" if path else INDEX]
    # The JSON is known by two addresses.
    return [path, "api/status/public"] if path == pages.JSON else [path]
