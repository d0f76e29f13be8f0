"""PostgreSQL and Valkey as children of a test, or of the whole run."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from incidentsite.embedded.placement import Placement, place
from incidentsite.embedded.postgres import (
    SETTINGS,
    VOLATILE,
    make_cluster,
    ready_command,
    server_command,
)
from incidentsite.embedded.valkey import answers
from incidentsite.embedded.valkey import server_command as valkey_command
from incidentsite.processes import die_with_parent

SECONDS_TO_START = 30
Server = subprocess.Popen[bytes]


def start_postgres(home: Path) -> Server:
    """A cluster that forgets on power cuts: several times faster, and it is thrown away."""
    placement = place(home)
    make_cluster(placement, sync=False)
    return serve_postgres(placement, home)


def serve_postgres(placement: Placement, home: Path) -> Server:
    command = server_command(placement, {**SETTINGS, **VOLATILE})
    with (home / "postgres.log").open("ab") as log:
        server = subprocess.Popen(
            command,
            cwd="/",
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509  calls prctl only
            user=placement.uid,
            group=placement.gid,
            extra_groups=placement.extra_groups,
        )
    probe = ready_command(placement)
    _wait(lambda: subprocess.run(probe, check=False).returncode == 0, server, home / "postgres.log")
    return server


def start_valkey(home: Path) -> Server:
    with (home / "valkey.log").open("ab") as log:
        server = subprocess.Popen(
            valkey_command(home, durable=False),
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(),  # noqa: PLW1509  calls prctl only
        )
    _wait(lambda: answers(home), server, home / "valkey.log")
    return server


def stop(server: Server) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait(ready: Callable[[], bool], server: Server, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server for the tests did not start:\n{log.read_text()}")
        time.sleep(0.02)
