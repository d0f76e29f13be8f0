"""What is known of the pages: the stored documents, and since when they are known to be current."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from statuspage.rendering.stamps import Place

STALE_AFTER: Final = timedelta(seconds=30)
ASSETS: Final = "/status/assets"
# The default page, and whatever belongs to no page.
SHARED: Final = Place(base="/status", assets=ASSETS)


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

    def is_stale(self, now: datetime) -> bool:
        return now - self.as_of > STALE_AFTER

    @property
    def place(self) -> Place:
        base = "/status" if self.is_default else f"/status/{self.slug}"
        return Place(base=base, assets=ASSETS)

    def addresses(self, path: str) -> list[str]:
        """Where the document `path` is found; the default page answers to its slug too."""
        if path == "json":
            root, tail = "/api/status/public", ""
        else:
            root, tail = "/status", f"/{path}" if path else ""
        named = f"{root}/{self.slug}{tail}"
        return [f"{root}{tail}", named] if self.is_default else [named]
