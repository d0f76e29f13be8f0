"""The list of incidents in each of its orders, as keyset pages: none counts, none sorts a million.

A cursor that cannot be read means the first page.
"""

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet

from incidents.models import Incident, Severity
from incidents.selectors import pages

NEWEST: Final = ""
ORDERS: Final = (
    (NEWEST, "Newest first"),
    ("oldest", "Oldest first"),
    ("updated", "Changed last"),
    ("worst", "Worst first"),
)
_START: Final = "0.0_0"


def page(rows: QuerySet[Incident], order: str, *, before: str, after: str) -> pages.Page[Incident]:
    """`before` leads on, `after` back; one query, or one for each severity for the worst first."""
    if order == "worst":
        return _worst_first(rows, before)
    if order == "oldest":
        return _oldest_first(rows, before)
    field = "updated_at" if order == "updated" else "opened_at"
    return pages.page(rows, field, before=before, after=after)


def _oldest_first(rows: QuerySet[Incident], before: str) -> pages.Page[Incident]:
    found = pages.page(rows, "opened_at", after=before if "_" in before else _START)
    return pages.Page(found.rows[::-1], older=found.newer, newer="")


def _worst_first(rows: QuerySet[Incident], before: str) -> pages.Page[Incident]:
    """Severity by severity: each is a walk along its index."""
    rank, _, rest = before.partition("_")
    reached = int(rank) if rest and rank.isascii() and rank.isdecimal() else -1
    found: list[Incident] = []
    for severity in Severity.objects.filter(rank__gte=reached).order_by("rank"):
        place = rest if severity.rank == reached else ""
        page = pages.page(rows.filter(severity=severity), "opened_at", before=place)
        found += page.rows
        if len(found) > pages.SIZE or page.older:
            return _cut(found)
    return pages.Page(found, older="", newer="")


def _cut(found: Sequence[Incident]) -> pages.Page[Incident]:
    rows = found[: pages.SIZE]
    last = rows[-1]
    cursor = f"{last.severity.rank}_{pages.cursor_of(last, 'opened_at')}"
    return pages.Page(rows, older=cursor, newer="")
