"""The web process in a process of its own, on the tests' database."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from bench.product import kilobytes
from incidents.models import Incident
from incidentsite.processes import die_with_parent

PATIENCE = 60


class Served:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process

    def url(self, incident: Incident, after: int) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/incidents/{incident.reference}?after={after}"

    def resident(self) -> int:
        return kilobytes(self.process.pid, "status", "VmRSS") * 1024


def _database_url() -> str:
    """The address of the tests' own database on the server of this test run."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def daphne(port: int = 0) -> Iterator[Served]:
    """Daphne as `manage.py up` starts it; on a free port unless one is given."""
    port = port or _free_port()
    environment = {"DATABASE_URL": _database_url(), "REDIS_URL": str(settings.REDIS_URL)}
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-p", str(port), "incidentsite.asgi:application"],
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  calls prctl only
    )
    try:
        _until_it_listens(port, process)
        yield Served(port, process)
    finally:
        process.kill()
        process.wait()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 10):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("Daphne does not listen")
