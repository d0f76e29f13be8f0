"""Polling the sources of detection rules."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from celery import shared_task
from django.conf import settings
from django.db import connection, connections

from incidents.models import DetectionRule, RuleRun
from incidents.sources.detection import backtest as backtests
from incidents.sources.detection import evaluation, rules, watch
from incidents.sources.detection.asking import Sources
from incidents.tasks import slots

EVERY: Final = rules.POLL_EVERY
WATCH_EVERY: Final = 30
# Few at a time: what is claimed waits for a thread, and its lease runs.
BATCH: Final = 20
SECONDS_FOR_MORE: Final = 20.0
# Names of locks that the database keeps while somebody polls, or tries rules on history.
POLLS: Final = 0x1D373C
_BACKTESTS: Final = 0x1D373D


@shared_task(name=rules.POLL_JOB, soft_time_limit=80, time_limit=85)
def poll() -> None:
    """Judge every rule that is due, some at a time; one poll at once, whoever starts it."""
    if slots.take(rules.POLL_JOB, EVERY):
        with alone(POLLS) as first:
            if first:
                poll_due()


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Held by the connection, so that whoever dies lets go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        (taken,) = cursor.fetchone() or (False,)
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


def poll_due() -> int:
    """Judge the rules that are due now; returns how many."""
    for rule in rules.still_told():
        evaluation.stand_down(rule)
    due = _Due(until=time.monotonic() + SECONDS_FOR_MORE)
    with Sources() as sources:
        if due.refill():
            _work_together(due, sources)
    if slots.take("detection.watch", WATCH_EVERY):
        watch.look()
    return due.taken


class _Due:
    """Rules that are due, claimed a few at a time by whichever thread has nothing left to do."""

    def __init__(self, *, until: float) -> None:
        self.taken = 0
        self._until = until
        self._held: list[DetectionRule] = []
        self._lock = threading.Lock()

    def refill(self) -> bool:
        if time.monotonic() < self._until:
            self._held = rules.claim_due(BATCH)[::-1]
        return bool(self._held)

    def take(self) -> DetectionRule | None:
        with self._lock:
            if self._held and time.monotonic() > self._until:
                rules.give_back(self._held)
                self._held = []
            if not (self._held or self.refill()):
                return None
            self.taken += 1
            return self._held.pop()


def _work_together(due: _Due, sources: Sources) -> None:
    threads = settings.DETECTION_CONCURRENCY
    with ThreadPoolExecutor(threads, thread_name_prefix="rule") as pool:
        for future in [pool.submit(_work, due, sources) for _ in range(threads)]:
            future.result()


def _work(due: _Due, sources: Sources) -> None:
    try:
        while rule := due.take():
            _judge(rule, sources)
    finally:
        connections.close_all()


def _judge(rule: DetectionRule, sources: Sources) -> None:
    run: RuleRun | None = None
    try:
        run = evaluation.run(rule, sources)
    finally:
        rules.release(rule, run)


@shared_task(name="detection.backtests", soft_time_limit=100, time_limit=110)
def try_on_history() -> None:
    """The oldest backtest that waits; one at a time, so that polls find a worker."""
    if slots.take("detection.backtests", EVERY):
        with alone(_BACKTESTS) as first:
            for pk in backtests.waiting()[:1] if first else []:
                backtests.work(pk)
