"""Notices as pages show them. `rows` are those that a person may see."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from incidents.models import Notice
from incidents.selectors.pages import Page, page

COUNTED: Final = 100


@dataclass(frozen=True, slots=True)
class Bell:
    """What waits to be read, as far as anybody counts, the urgent ones first."""

    waiting: list[Notice]

    @property
    def unread(self) -> int:
        return len(self.waiting)

    @property
    def shown(self) -> str:
        return f"{COUNTED - 1}+" if self.unread >= COUNTED else str(self.unread or "")

    @property
    def urgent(self) -> list[Notice]:
        return [notice for notice in self.waiting if notice.urgent]


def bell(rows: QuerySet[Notice]) -> Bell:
    """One query."""
    unread = rows.filter(read_at__isnull=True).select_related("incident__severity", "fact")
    return Bell(list(unread.order_by("-urgent", "-created_at", "-id")[:COUNTED]))


def seen(rows: QuerySet[Notice], *, before: str = "", after: str = "") -> Page[Notice]:
    """One page of those that were read, newest first. One query."""
    known = rows.filter(read_at__isnull=False).select_related("incident", "fact")
    return page(known, "created_at", before=before, after=after)
