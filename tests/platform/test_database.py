import os

import psycopg
import pytest
from django.db import connection

from incidents.models import Role
from incidentsite.supervisor import database


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        (
            "postgres://postgres@/postgres?host=/run/x",
            "postgresql://postgres@/postgres?host=/run/x",
        ),
        ("psql://u:p%40ss@db:5433/inc", "postgresql://u:p%40ss@db:5433/inc"),
        (
            "postgresql://u@db/inc?conn_max_age=60&sslmode=require",
            "postgresql://u@db/inc?sslmode=require",
        ),
    ],
)
def test_options_for_django_are_kept_from_the_driver(url: str, dsn: str) -> None:
    assert database.dsn(url) == dsn
    psycopg.conninfo.conninfo_to_dict(database.dsn(url))


def test_a_fresh_database_is_not_prepared_and_one_with_the_mark_is() -> None:
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(database.dsn(url), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS marked")
        admin.execute("CREATE DATABASE marked")
    marked = url.replace("/postgres?", "/marked?")
    assert database.look(marked) == database.NOTHING_YET
    with psycopg.connect(database.dsn(marked), autocommit=True) as session:
        session.execute("CREATE TABLE django_migrations (app text, name text)")
        session.execute("CREATE TABLE incidents_user (role text, last_login timestamptz)")
        mark = database.expected_mark(session)
        session.execute(f"COMMENT ON TABLE django_migrations IS '{mark}'")
        assert database.look(marked).is_prepared
        session.execute("INSERT INTO django_migrations VALUES ('incidents', '0099_undone')")
        assert not database.look(marked).is_prepared


@pytest.mark.django_db
def test_the_question_about_admins_fits_the_table() -> None:
    connection.cursor().execute(database.SIGNED_IN)
    assert f"role = '{Role.ADMIN.value}'" in database.SIGNED_IN
