"""Writing many rows with one statement that takes one JSON document.

`bulk_create` builds an expression and a placeholder for every value; where thousands of rows come
in a burst that costs more than the database does.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model

from incidents.kernel import payload


def insert(rows: Sequence[Model]) -> None:
    """Insert `rows`, all of one model, and give each its key and its database defaults.

    Columns with a database default always take it; nothing fills `auto_now` fields. Values must
    be what JSON can hold, times and UUIDs included.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001  Django's documented way to a model's columns
    given = [f for f in meta.concrete_fields if not f.primary_key and not f.has_db_default()]
    made = [f for f in meta.concrete_fields if f not in given]
    names = ", ".join(f'"{f.column}"' for f in given)
    types = ", ".join(f'"{f.column}" {f.db_type(connection)}' for f in given)
    returned = ", ".join(f'"{f.column}"' for f in made)
    columns = [(f.column, f.attname) for f in given]
    document = [{column: getattr(row, name) for column, name in columns} for row in rows]
    sql = (
        f'INSERT INTO "{meta.db_table}" ({names})'  # noqa: S608  names of our own columns
        f" SELECT * FROM jsonb_to_recordset(%s::jsonb) AS new({types}) RETURNING {returned}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [payload.write(document).decode()])
        answers = cursor.fetchall()
    for row, values in zip(rows, answers, strict=True):
        state = row._state  # noqa: SLF001  so that a later save() updates
        state.adding, state.db = False, connection.alias
        for field, value in zip(made, values, strict=True):
            setattr(row, field.attname, value)
