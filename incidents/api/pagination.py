"""Keyset pages: stable while rows are added, as fast on the last page as on the first.

Never counts. A cursor holds where the last page ended; its form may change between releases, so
clients follow `next` and make none of their own.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.exceptions import ValidationError as FieldFault
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

DEFAULT: Final = 50
MOST: Final = 200


class KeysetPage:
    """Pages of a queryset in the order of one column and, where that ties, of the id."""

    PARAMETERS: ClassVar = frozenset({"cursor", "limit"})

    def of(
        self, rows: QuerySet[Any], request: Request, *, by: str = "-id"
    ) -> tuple[list[Any], str | None]:
        """The rows of the page that `request` asks for, and the address of the next or None.

        `by` names a column that is never null; with a minus before it the order is descending.
        """
        column, sign = by.removeprefix("-"), "-" if by.startswith("-") else ""
        limit = limit_of(request.query_params.get("limit"))
        cursor = request.query_params.get("cursor")
        if cursor:
            rows = rows.filter(_beyond(rows.model, by, _decode(cursor)))
        found = list(rows.order_by(f"{sign}{column}", f"{sign}id")[: limit + 1])
        if len(found) <= limit:
            return found, None
        found = found[:limit]
        here = request.build_absolute_uri()
        return found, replace_query_param(here, "cursor", _encode(found[-1], column))


page: Final = KeysetPage()


def limit_of(text: str | None) -> int:
    if text is None:
        return DEFAULT
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST:
        return int(text)
    raise ValidationError({"limit": [f"Give a number from 1 to {MOST}."]})


def _encode(row: Model, column: str) -> str:
    value = getattr(row, column)
    plain = value.isoformat() if isinstance(value, datetime) else value
    key = str(row.pk) if isinstance(row.pk, UUID) else row.pk
    return base64.urlsafe_b64encode(json.dumps([plain, key]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        value, pk = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _unknown_cursor() from error
    return value, pk


def _beyond(model: type[Model], by: str, mark: tuple[Any, Any]) -> Q:
    column, way = by.removeprefix("-"), "lt" if by.startswith("-") else "gt"
    try:
        value = _column(model, column).to_python(mark[0])
        pk = _column(model, "id").to_python(mark[1])
    except (FieldFault, TypeError, OverflowError, AttributeError) as error:
        raise _unknown_cursor() from error
    is_key = isinstance(pk, UUID) or (isinstance(pk, int) and 0 <= pk < 2**63)
    if value is None or not is_key:
        raise _unknown_cursor()
    # The first condition alone bounds the scan of the index; the second settles ties.
    ahead = Q(**{f"{column}__{way}": value}) | Q(**{f"id__{way}": pk})
    return Q(**{f"{column}__{way}e": value}) & ahead


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)  # noqa: SLF001  # Django documents Model._meta
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return field


def _unknown_cursor() -> ValidationError:
    return ValidationError({"cursor": ["This cursor is not ours. Follow “next” of a page."]})
