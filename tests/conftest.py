"""What every test may ask for: people, a severity table, a service, and a scene to play in."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management.color import Style
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, override_settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from incidents.access import Principal
from incidents.api.throttling import BUCKETS
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident, Integration, Role, Service, Severity, Team, User
from incidents.pipeline import lifecycle
from tests.browsing import browse, chromium, web_process
from tests.services import TEMPLATE

__all__ = ["browse", "chromium", "web_process"]

SEVERITIES = (
    ("P0", "Critical", 0, ["sev0", "sev1", "critical", "fatal", "emergency"], 15, 120),
    ("P1", "High", 1, ["sev2", "high", "error", "major"], 30, 240),
    ("P2", "Medium", 2, ["sev3", "medium", "warning", "minor"], 60, 480),
    ("P3", "Low", 3, ["sev4", "low", "info", "notice"], 240, 1440),
)


# Minutes long, most of it waiting: they come first, so that two workers end together.
LONG = (
    *("tests/flow/", "tests/browser/", "tests/platform/test_up.py", "tests/access/test_matrix.py"),
    *("tests/warroom/test_browser.py", "tests/warroom/test_valkey_faults.py"),
)


class QuickArgon2(Argon2PasswordHasher):
    """Processes that have the real one know its passwords too."""

    time_cost = parallelism = 1
    memory_cost = 8


class _Shares(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Who does what of the tests, between the workers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/flow/"):
            return "flow"  # they share one whole product that runs
        return nodeid if file == "tests/browser/test_every_page.py" else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Shares:
    return _Shares(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    template = os.environ.get(TEMPLATE)
    if template:
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    """What one test asks in a minute does not count against the next."""
    BUCKETS.clear()


# Made by migrations, found by id, changed by no test.
KEPT = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """To make one takes a tenth of a second otherwise, which is the point of it."""
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.{QuickArgon2.__name__}"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Django makes all permissions anew after each transactional test: slower than most tests.

    They are left in place instead, so that the tests may come in any order. And most tests fill a
    handful of tables a little: to delete those rows is quicker than to truncate a hundred tables.
    """
    with (
        mock.patch("django.core.management.commands.flush.emit_post_migrate_signal"),
        mock.patch("django.core.management.commands.flush.sql_flush", _flush_all_but_the_kept),
    ):
        yield


_EMPTY = """
DO $$
DECLARE
  name text;
BEGIN
  IF (SELECT sum(pg_relation_size(table_name::regclass)) FROM unnest(ARRAY[{names}]) table_name)
     > {much}
  THEN
    TRUNCATE {tables};
  ELSE
    SET LOCAL session_replication_role = replica;  -- no foreign keys and no triggers
    LOOP
      BEGIN
        FOREACH name IN ARRAY ARRAY[{names}] LOOP
          EXECUTE 'DELETE FROM ' || name;
        END LOOP;
        EXIT;
      EXCEPTION WHEN deadlock_detected THEN NULL;  -- a web process still writes: once more
      END;
    END LOOP;
  END IF;
END $$
"""


def _flush_all_but_the_kept(
    style: Style, connection: BaseDatabaseWrapper, **options: bool
) -> list[str]:
    made = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in made if name not in KEPT]
    names = ", ".join(f"'{name}'" for name in tables)
    return [_EMPTY.format(names=names, tables=", ".join(tables), much=16 * 2**20)]


@dataclass
class People:
    """One of each role; `stranger` is a responder who has nothing to do with private incidents."""

    observer: User
    teammate: User
    commander: User
    admin: User
    stranger: User


def _person(handle: str, name: str, role: Role) -> User:
    user = User(username=handle, name=name, role=role)
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture
def people(db: None) -> People:
    return People(
        observer=_person("olga", "Olga Observer", Role.OBSERVER),
        teammate=_person("tom", "Tom Teammate", Role.RESPONDER),
        commander=_person("cara", "Cara Commander", Role.COMMANDER),
        admin=_person("ada", "Ada Admin", Role.ADMIN),
        stranger=_person("stan", "Stan Stranger", Role.RESPONDER),
    )


@pytest.fixture
def severities(db: None) -> dict[str, Severity]:
    return {
        code: Severity.objects.get_or_create(
            code=code,
            defaults={
                "label": label,
                "rank": rank,
                "aliases": aliases,
                "ack_minutes": ack,
                "mitigate_minutes": mitigate,
                "update_minutes": 30,
            },
        )[0]
        for code, label, rank, aliases, ack, mitigate in SEVERITIES
    }


@pytest.fixture
def service(db: None) -> Service:
    team = Team.objects.create(slug="payments", name="Payments")
    return Service.objects.create(slug="checkout", name="Checkout", team=team)


@pytest.fixture
def integration(db: None, service: Service) -> Integration:
    return Integration.objects.create(
        kind="alertmanager", name="Prometheus", hint="isi_test", key_hash="0" * 64, service=service
    )


Declare = Callable[..., Incident]


@pytest.fixture
def declare(severities: dict[str, Severity], people: People) -> Declare:
    """Declare an incident: `declare("Checkout is down", severity="P0", by=people.commander)`."""

    def make(
        title: str = "Checkout is down",
        *,
        severity: str = "P1",
        by: User | None = None,
        service: Service | None = None,
        private: bool = False,
    ) -> Incident:
        declaration = lifecycle.Declaration(
            title=title, severity=severities[severity], service=service, private=private
        )
        actor = Actor.of(by or people.commander)
        return lifecycle.declare(declaration=declaration, actor=actor)

    return make


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser without JavaScript in which the person is signed in."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def as_principal() -> Callable[[User], Principal]:
    return lambda user: Principal(user=user)


class FrozenClock:
    """Time that stands still until it is told to move."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def fast_forward(self, **delta: float) -> datetime:
        self.at += timedelta(**delta)
        return self.at


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    frozen = FrozenClock(datetime(2026, 11, 3, 3, 10, tzinfo=UTC))
    clock.replace(lambda: frozen.at)
    yield frozen
    clock.replace(None)
