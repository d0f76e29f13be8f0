"""What is known of the pages: the stored documents, and since when they are known to be current."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from statuspage.rendering.stamps import ROOT, Place
from statuspage.services.admission import OPEN, Terms

STALE_AFTER: Final = timedelta(seconds=30)
PAGES: Final = "/status"
API: Final = "/api/status/public"
V2: Final = "/api/v2/"
ASSETS: Final = f"{PAGES}/assets"
# The default page, and whatever belongs to no page.
SHARED: Final = Place(base=PAGES, assets=ASSETS)
# Only where the page has the host to itself.
_OWN_ONLY: Final = frozenset({"robots.txt"})


@dataclass(frozen=True, slots=True)
class Stored:
    """One snapshot as PostgreSQL or the disk has it, with marks still to be filled in."""

    path: str
    content_type: str
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page. `as_of` is when PostgreSQL last said that these documents are its newest."""

    slug: str
    is_default: bool
    rendered_at: datetime
    as_of: datetime
    documents: dict[str, Stored] = field(default_factory=dict)
    host: str = ""
    is_searchable: bool = True
    terms: Terms = OPEN

    def is_stale(self, now: datetime) -> bool:
        return now - self.as_of > STALE_AFTER

    @property
    def place(self) -> Place:
        """Where it is found beside the other pages."""
        base = PAGES if self.is_default else f"{PAGES}/{self.slug}"
        return Place(base=base, assets=ASSETS)

    @property
    def places(self) -> list[Place]:
        return [self.place, ROOT] if self.host else [self.place]

    def addresses(self, path: str, place: Place) -> list[str]:
        """Where the document `path` is found; the default page answers to its slug too."""
        tail = f"/{path}" if path else ""
        if place == ROOT:
            return ["/json", API] if path == "json" else [tail or "/"]
        if path in _OWN_ONLY:
            return []
        found = [f"{PAGES}/{self.slug}{tail}"]
        if path == "json":
            found.append(f"{API}/{self.slug}")
        if self.is_default:
            found.append(f"{PAGES}{tail}")
            if path == "json":
                found.append(API)
            if tail.startswith(V2):
                found.append(tail)
        return found
