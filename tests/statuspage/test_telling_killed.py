"""The engine is killed while it tells two thousand: each is told, each under one message id."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.db import connection

from bench.smtp_sink import Sink
from incidents.kernel import clock
from incidents.models import Delivery, Incident
from incidentsite.processes import die_with_parent
from statuspage.models import StatusPage, Subscriber, SubscriberState, Telling, Way
from statuspage.services import addresses, telling
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

MANY = 2_000
KILLS = 10
PATIENCE = 60


def subscribe_many(page: StatusPage, many: int) -> None:
    now = clock.now()
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                page=page,
                way="email",
                address=f"s{number}@example.com",
                address_key=addresses.key_of("email", f"s{number}@example.com"),
                state=SubscriberState.ACTIVE,
                created_at=now,
                confirmed_at=now,
            )
            for number in range(many)
        ],
        batch_size=5_000,
    )


@contextmanager
def engines(sink: Sink, lease: float) -> Iterator[Callable[[], int]]:
    """`start()` starts an engine and returns its number."""
    address = urlsplit(os.environ["DATABASE_URL"])
    database = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        "DATABASE_URL": database,
        "EMAIL_URL": sink.url,
        "EMAIL_FROM": "status@ferrybank.example",
        "LOG_LEVEL": "ERROR",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.statuspage.telling_engine", str(lease)],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  calls prctl only
    ) as nursery:
        asked, told = nursery.stdin, nursery.stdout
        assert asked is not None
        assert told is not None

        def start() -> int:
            asked.write(b"\n")
            asked.flush()
            return int(told.readline())

        yield start
        nursery.kill()


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def has_taken(sink: Sink, wanted: int) -> bool:
    return len(sink.taken) >= wanted


@pytest.mark.platform
@pytest.mark.django_db(transaction=True)
def test_each_address_is_told_once_by_message_id_though_the_engine_is_killed_ten_times(
    sink: Sink, page: StatusPage, publish: Publish, declare: Declare
) -> None:
    sink.keeps, sink.busy = False, 20
    subscribe_many(page, MANY)
    publish(declare())
    with engines(sink, lease=1) as start:
        for kill in range(KILLS):
            engine = start()
            wanted = len(sink.taken) + random.randint(1, MANY // (KILLS + 2))
            until(partial(has_taken, sink, wanted), f"kill {kill}")
            os.kill(engine, signal.SIGKILL)
        start()
        until(lambda: not Telling.objects.exclude(state="sent").exists(), "the rest")
    once = set(sink.taken)
    assert Counter(address for address, _ in once).most_common(1)[0][1] == 1
    assert {address for address, _ in once} == {f"s{n}@example.com" for n in range(MANY)}
    assert len({number for _, number in once}) == MANY
    # What was taken by the mail server and not marked when the engine died.
    repeats = len(sink.taken) - len(once)
    print(f"{repeats} of {MANY} were sent once more under the same id, in {KILLS} kills")
    assert repeats <= KILLS * telling.MOST_INSIDE[Way.EMAIL]


@pytest.mark.platform
@pytest.mark.django_db(transaction=True)
def test_responders_do_not_wait_behind_a_slow_mail_server(
    sink: Sink, page: StatusPage, publish: Publish, declare: Declare
) -> None:
    sink.keeps, sink.slow = False, 0.5
    subscribe_many(page, 200)
    publish(declare())
    with engines(sink, lease=60) as start:
        start()
        until(lambda: len(sink.taken) >= 4, "mail goes out")
        asked = time.monotonic()
        incident = declare("Another")
        until(lambda: _is_told(incident), "subscribers of facts are told")
        assert time.monotonic() - asked < 3
        assert len(sink.taken) < 150


def _is_told(incident: Incident) -> bool:
    """Whether the engine has dealt with all that it owes the facts of the incident by now."""
    rows = Delivery.objects.filter(fact__incident=incident)
    return rows.exists() and not rows.filter(state="pending", next_due_at__lte=clock.now()).exists()
