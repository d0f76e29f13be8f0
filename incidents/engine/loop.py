"""Running the modules: woken by PostgreSQL, at the latest once a second."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Final

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from incidents.engine import modules as known
from incidents.engine.alarm import TookTooLong, time_limit
from incidents.engine.module import Module
from incidents.events.bus import ENGINE_CHANNEL
from incidents.kernel import clock
from incidents.models import EngineBeat
from incidents.selectors import health

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
BEAT_SECONDS: Final = 5.0
# A module that hangs is broken off after this long; what it had not committed is undone.
HANG_SECONDS: Final = 30.0
SCHEMA_SECONDS: Final = 30.0
LOST: Final = (OperationalError, InterfaceError, psycopg.OperationalError, TookTooLong)


class Engine:
    """`stop` may be called from a signal handler: what is being done is finished first."""

    def __init__(self, modules: Sequence[Module] | None = None) -> None:
        self._modules = known.every() if modules is None else modules
        self._stopping = threading.Event()
        self._ran: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._errors: dict[str, str] = {}
        self._schema_fits_until = 0.0

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. A lost database is waited for, with growing patience."""
        pause = 0.2
        while not self._stopping.is_set():
            try:
                self._listen()
                while not self._stopping.is_set():
                    if not (self._schema_fits() and self.turn()):
                        self._wait()
                    pause = 0.2
            except LOST as error:
                log.warning("starting over (%s: %s)", type(error).__name__, str(error).strip())
                connection.close()
                self._stopping.wait(pause)
                pause = min(pause * 2, 5.0)
        connection.close()

    def turn(self) -> int:
        """Let each module work in its order; returns how many rows were dealt with."""
        return sum(self._run_module(module) for module in self._modules if self._is_due(module))

    def _is_due(self, module: Module) -> bool:
        return time.monotonic() - self._ran.get(module.name, -module.every) >= module.every

    def _run_module(self, module: Module) -> int:
        if not _take(module.lock):
            return 0
        started, done, error = time.monotonic(), 0, ""
        try:
            with time_limit(HANG_SECONDS):
                done = self._work_off(module, until=started + module.seconds)
        except LOST:
            raise
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
            if self._errors.get(module.name) != error:  # the same each second is told once
                log.exception("module %s failed", module.name)
        self._ran[module.name] = time.monotonic()
        _release(module.lock)
        self._beat(module, time.monotonic() - started, error)
        return done

    def _work_off(self, module: Module, *, until: float) -> int:
        total = 0
        while not self._stopping.is_set():
            done = module.work()
            total += done
            if not done or module.every or time.monotonic() > until:
                break
        return total

    def _beat(self, module: Module, seconds: float, error: str) -> None:
        now = time.monotonic()
        same = self._errors.get(module.name, "") == error
        if same and now - self._told.get(module.name, -BEAT_SECONDS) < BEAT_SECONDS:
            return
        self._told[module.name], self._errors[module.name] = now, error
        row = {"beat_at": clock.now(), "duration_ms": round(seconds * 1000), "error": error[:2000]}
        EngineBeat.objects.update_or_create(module=module.name, defaults=row)

    def _schema_fits(self) -> bool:
        """No work on tables that lack what this release expects; looked up now and then."""
        if time.monotonic() < self._schema_fits_until:
            return True
        missing = health.missing_migrations()
        if missing:
            log.warning("waiting for %s migrations: run `manage.py migrate`", len(missing))
            self._stopping.wait(POLL_SECONDS)
            return False
        self._schema_fits_until = time.monotonic() + SCHEMA_SECONDS
        return True

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {ENGINE_CHANNEL}")

    def _wait(self) -> None:
        """Until somebody wakes the engine or a second has passed."""
        if self._stopping.is_set():
            return
        connection.ensure_connection()
        for _ in connection.connection.notifies(timeout=POLL_SECONDS, stop_after=1):
            pass


def _take(lock: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])


def _release(lock: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
    except DatabaseError:
        # The lock belongs to the connection: it goes when the connection goes.
        connection.close()
        raise
