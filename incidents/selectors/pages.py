"""Keyset pages: a page is found by the last row of the one before, never by counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`older` and `newer` are cursors of the neighbouring pages, empty where there is none."""

    rows: Sequence[Row]
    older: str
    newer: str


def cursor_of(row: Model, field: str) -> str:
    moment: datetime = getattr(row, field)
    return f"{moment.timestamp():.6f}_{row.pk}"


def _read(cursor: str) -> tuple[datetime, int] | None:
    seconds, _, pk = cursor.partition("_")
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def page(
    rows: QuerySet[Row], field: str, *, before: str = "", after: str = "", size: int = 0
) -> Page[Row]:
    """`size` rows by descending `field` then id, older than `before` or newer than `after`.

    A cursor that cannot be read means the first page. One query.
    """
    size = size or SIZE
    older_than, newer_than = _read(before), _read(after)
    if newer_than is not None:
        moment, pk = newer_than
        beyond = Q(**{f"{field}__gt": moment}) | Q(**{field: moment, "pk__gt": pk})
        found = list(rows.filter(beyond).order_by(field, "pk")[: size + 1])
        return _as_page(found[:size][::-1], field, newer=len(found) > size, older=True)
    if older_than is not None:
        moment, pk = older_than
        rows = rows.filter(Q(**{f"{field}__lt": moment}) | Q(**{field: moment, "pk__lt": pk}))
    found = list(rows.order_by(f"-{field}", "-pk")[: size + 1])
    return _as_page(found[:size], field, newer=older_than is not None, older=len(found) > size)


def _as_page(rows: Sequence[Row], field: str, *, newer: bool, older: bool) -> Page[Row]:
    return Page(
        rows,
        older=cursor_of(rows[-1], field) if rows and older else "",
        newer=cursor_of(rows[0], field) if rows and newer else "",
    )
