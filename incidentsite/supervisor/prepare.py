"""Brings the database up to date: migrations, then the starter kit, then the mark that says so.

Runs as a program of its own (`python -m incidentsite.supervisor.prepare`), so that the supervisor
stays small. Several machines may do it on one database at once: the second waits, finds nothing.
"""

import os

import django
import psycopg
from django.core.management import call_command

from incidentsite import bootstrap, embedded
from incidentsite.supervisor import database

LOCK = 7_142_019_006_301_144_577


def main() -> None:
    url = os.environ.get("DATABASE_URL") or embedded.database_url(bootstrap.data_dir())
    with psycopg.connect(database.dsn(url), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        if database.look(url).is_prepared:
            return
        _migrate_and_load()
        mark = database.expected_mark(connection)
        connection.execute(f"COMMENT ON TABLE django_migrations IS '{mark}'")


def _migrate_and_load() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")
    django.setup()
    call_command("migrate", interactive=False, skip_checks=True)
    call_command("load_starter_kit")


if __name__ == "__main__":
    main()
