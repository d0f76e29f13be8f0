"""Rows that are held until a transaction ends."""

from typing import TypeVar

from django.db.models import Manager, Model, QuerySet

M = TypeVar("M", bound=Model)


def held(rows: QuerySet[M] | Manager[M]) -> QuerySet[M]:
    """The rows, each locked when it is read: nobody else changes or removes them meanwhile.

    FOR NO KEY UPDATE: rows that point to them can be written. FOR UPDATE would have each of those
    wait at its commit, behind every message of a busy room; the engine then never had its turn.
    Rows that are joined are not locked.
    """
    return rows.select_for_update(of=("self",), no_key=True)
