"""Where the documents come from: PostgreSQL, and the disk when PostgreSQL is away."""

import base64
import contextlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connections
from psycopg import AsyncConnection

from statuspage.door.shelf import Shelf, Stored
from statuspage.services.admission import OPEN, Terms, terms

STATEMENT_TIMEOUT_MS: Final = 1000
_AS_OF_FILE: Final = "as-of"

_PAGES: Final = """
    SELECT page.id, slug, is_default, rendered_at, rendered_version >= version, lower(host),
           searchable, audience = 'public', networks, asks_sign_in, password,
           ARRAY(SELECT team_id FROM statuspage_statuspage_teams AS theirs
                  WHERE theirs.statuspage_id = page.id ORDER BY team_id)
      FROM statuspage_statuspage AS page
     WHERE enabled AND rendered_at IS NOT NULL
"""
_TAGS: Final = "SELECT path, etag FROM statuspage_snapshot WHERE page_id = %s"
_BODIES: Final = """
    SELECT path, content_type, etag, body
      FROM statuspage_snapshot
     WHERE page_id = %s AND path = ANY(%s)
"""


class Postgres:
    """One connection that is kept, and made anew after a failure. Raises what psycopg raises."""

    def __init__(self, parameters: Mapping[str, Any] | None = None) -> None:
        self._parameters = parameters
        self._connection: AsyncConnection[tuple[Any, ...]] | None = None

    async def read(self, known: Mapping[str, Shelf], now: datetime) -> dict[str, Shelf]:
        """All pages; only documents that are not in `known` already travel."""
        connection = await self._connected()
        pages = await (await connection.execute(_PAGES)).fetchall()
        found: dict[str, Shelf] = {}
        for page_id, slug, is_default, rendered_at, is_current, *settings in pages:
            shelf = known.get(slug) or Shelf(slug, is_default, rendered_at, rendered_at)
            documents = shelf.documents
            if not documents or shelf.rendered_at != rendered_at:
                documents = await self._documents(connection, page_id, documents)
            as_of = now if is_current else max(shelf.as_of, rendered_at)
            fresh = Shelf(slug, is_default, rendered_at, as_of, documents)
            found[slug] = _set_up(fresh, settings)
        return found

    async def _documents(
        self, connection: AsyncConnection[Any], page_id: int, known: Mapping[str, Stored]
    ) -> dict[str, Stored]:
        tags = dict(await (await connection.execute(_TAGS, [page_id])).fetchall())
        same = {path: known[path] for path in tags.keys() & known if known[path].etag == tags[path]}
        wanted = list(tags.keys() - same.keys())
        rows = await (await connection.execute(_BODIES, [page_id, wanted])).fetchall()
        return same | {path: Stored(path, kind, tag, bytes(body)) for path, kind, tag, body in rows}

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close()

    async def _connected(self) -> AsyncConnection[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            parameters = self._parameters or _default_database()
            self._connection = await AsyncConnection.connect(**parameters)
        return self._connection


def _set_up(shelf: Shelf, settings: Sequence[Any]) -> Shelf:
    host, is_searchable, is_public, networks, signs_in, password, teams = settings
    asked = (signs_in, password, teams)
    return replace(
        shelf,
        host=host,
        is_searchable=is_searchable,
        terms=terms(is_public=is_public, networks=networks, asked=asked),
    )


def _default_database() -> dict[str, Any]:
    parameters = dict(connections["default"].get_connection_params())
    for ours in ("cursor_factory", "context"):
        parameters.pop(ours, None)
    return parameters | {
        "autocommit": True,
        "connect_timeout": 2,
        "application_name": "status-door",
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
    }


class Disk:
    """One file a page in DATA_DIR/status, replaced as a whole; readers never see half of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> dict[str, Shelf]:
        """What the last process that had PostgreSQL knew. A damaged file counts as none."""
        found: dict[str, Shelf] = {}
        as_of = self._load(_AS_OF_FILE) or {}
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            shelf = self._kept(path.name)
            if shelf is not None:
                told = as_of.get(shelf.slug)
                sure = max(shelf.as_of, datetime.fromisoformat(told)) if told else shelf.as_of
                found[shelf.slug] = replace(shelf, as_of=sure)
        return found

    def _kept(self, name: str) -> Shelf | None:
        row = self._load(name)
        try:
            return _shelf(row) if row else None
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, shelf: Shelf) -> None:
        self._write(f"{shelf.slug}.json", _row(shelf))

    def keep_as_of(self, shelves: Mapping[str, Shelf]) -> None:
        """A small file of its own, for it is written over and over."""
        self._write(_AS_OF_FILE, {slug: shelf.as_of.isoformat() for slug, shelf in shelves.items()})

    def drop(self, slug: str) -> None:
        (self._folder / f"{slug}.json").unlink(missing_ok=True)

    def _load(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self._folder / name).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _write(self, name: str, row: Mapping[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            try:
                file.write(json.dumps(row, ensure_ascii=False).encode())
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(self._folder / name)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def _row(shelf: Shelf) -> dict[str, Any]:
    return {
        "slug": shelf.slug,
        "is_default": shelf.is_default,
        "rendered_at": shelf.rendered_at.isoformat(),
        "as_of": shelf.as_of.isoformat(),
        "host": shelf.host,
        "is_searchable": shelf.is_searchable,
        "terms": asdict(shelf.terms),
        "documents": [_written(document) for document in shelf.documents.values()],
    }


def _written(document: Stored) -> dict[str, str]:
    row = {"path": document.path, "type": document.content_type, "etag": document.etag}
    try:
        return row | {"body": document.body.decode()}
    except UnicodeDecodeError:  # a picture
        return row | {"base64": base64.b64encode(document.body).decode()}


def _shelf(row: Mapping[str, Any]) -> Shelf:
    documents = [Stored(d["path"], d["type"], d["etag"], _body(d)) for d in row["documents"]]
    told = row.get("terms")
    return Shelf(
        slug=row["slug"],
        is_default=row["is_default"],
        rendered_at=datetime.fromisoformat(row["rendered_at"]),
        as_of=datetime.fromisoformat(row["as_of"]),
        documents={document.path: document for document in documents},
        host=row.get("host", ""),
        is_searchable=row.get("is_searchable", True),
        terms=Terms(**{**told, "networks": tuple(told["networks"])}) if told else OPEN,
    )


def _body(row: Mapping[str, Any]) -> bytes:
    return base64.b64decode(row["base64"]) if "base64" in row else str(row["body"]).encode()
