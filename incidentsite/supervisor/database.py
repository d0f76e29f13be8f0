"""Whether the database is up to date with the code, asked without loading Django.

Loading every app takes longer than starting all servers, so a start that has nothing to migrate
must not pay for it. `prepare` leaves a mark beside the migrations it applied; the mark is in the
database itself, so that a restored backup or another database tells the truth.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

from incidentsite.bootstrap import ROOT

# Migrations, and what the starter kit is made from; cheaper to read all than to know which.
APPS = ("incidentsite", "incidents", "warroom", "statuspage", "runbooks", "postmortems")
KINDS = frozenset({".py", ".md", ".json", ".toml", ".yaml"})
MARK = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
APPLIED = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
SIGNED_IN = "SELECT 1 FROM incidents_user WHERE role = 'admin' AND last_login IS NOT NULL LIMIT 1"


@dataclass(frozen=True)
class State:
    is_prepared: bool
    admin_has_signed_in: bool


NOTHING_YET = State(is_prepared=False, admin_has_signed_in=False)


def look(url: str) -> State:
    """Raises psycopg.OperationalError when the server does not answer."""
    with psycopg.connect(dsn(url), connect_timeout=5, autocommit=True) as connection:
        mark = connection.execute(MARK).fetchone()
        if mark is None or mark[0] is None or mark[0] != expected_mark(connection):
            return NOTHING_YET
        return State(
            is_prepared=True,
            admin_has_signed_in=connection.execute(SIGNED_IN).fetchone() is not None,
        )


def expected_mark(connection: psycopg.Connection[tuple[str]]) -> str:
    """Changes with the code, with the installed packages and with what is applied."""
    digest = hashlib.sha256()
    for part in (*_code(), *_packages(), *(row[0] for row in connection.execute(APPLIED))):
        digest.update(part.encode() + b"\0")
    return f"incidentsite {digest.hexdigest()}"


def _code() -> Iterator[str]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if path.suffix in KINDS:
                yield str(path.relative_to(ROOT))
                yield hashlib.sha256(path.read_bytes()).hexdigest()


def _packages() -> list[str]:
    """Names of the metadata directories: name and version of each without opening any."""
    site = Path(str(importlib.metadata.distribution("django").locate_file("")))
    return sorted(path.name for path in site.glob("*.dist-info"))


def dsn(url: str) -> str:
    """DATABASE_URL as libpq reads it: without the options in it that are Django's."""
    parts = urlsplit(url)
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    options = [(name, value) for name, value in parse_qsl(parts.query) if name in known]
    query = urlencode(options, safe="/")
    return urlunsplit(parts._replace(scheme="postgresql", query=query))
