"""The embedded PostgreSQL: its files, the command that runs it, whether it answers."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from incidentsite.embedded.errors import EmbeddedError
from incidentsite.embedded.placement import Placement
from incidentsite.processes import command_name, is_running

# A small machine shared with five Python processes. Durability is untouched: fsync stays on.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    # Compiling short queries costs more than it saves.
    "jit": "off",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    "timezone": "UTC",
}
# For throw-away clusters only: a power cut loses everything.
VOLATILE: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Shared memory lies with the cluster, so that nothing of a killed one stays elsewhere.
    "dynamic_shared_memory_type": "mmap",
}
SECONDS_FOR_AN_OLD_SERVER_TO_STOP = 10


def make_cluster(placement: Placement, *, sync: bool = True) -> bool:
    """Makes the cluster unless it is there; True when it was made. Half of one never remains."""
    if (placement.data / "PG_VERSION").exists():
        _check_version(placement)
        return False
    fresh = placement.data.with_name(placement.data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    placement.make_directory(fresh)
    command = placement.command("initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust")
    command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    command += ["--no-instructions"] if sync else ["--no-instructions", "--no-sync"]
    made = subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        user=placement.uid,
        group=placement.gid,
        extra_groups=placement.extra_groups,
    )
    if made.returncode != 0:
        raise EmbeddedError(f"PostgreSQL could not make its files: {made.stderr.strip()}")
    fresh.rename(placement.data)
    return True


def _check_version(placement: Placement) -> None:
    on_disk = (placement.data / "PG_VERSION").read_text().strip()
    shown = subprocess.run(
        placement.command("postgres", "--version"), capture_output=True, text=True, check=True
    ).stdout
    program = re.search(r"(\d+)(\.|devel|beta|rc|\s|$)", shown)
    ours = program.group(1) if program else shown.strip()
    if on_disk != ours:
        raise EmbeddedError(
            f"{placement.data} was made by PostgreSQL {on_disk}, and this installation brings "
            f"{ours}. Dump it with the release that made it (pg_dump), move the directory away, "
            "start again and restore the dump."
        )


def server_command(placement: Placement, settings: Mapping[str, str] = SETTINGS) -> list[str]:
    options = {**settings, "unix_socket_directories": str(placement.sockets)}
    command = placement.command("postgres", "-D", str(placement.data))
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return command


def clear_stale_lock(placement: Placement, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Removes the lock of a server that is gone; waits for one that is still shutting down.

    PostgreSQL takes any process with the old id for the old server: a zombie nobody reaps, or a
    stranger after a reboot. We hold the lock of the data directory, so nobody else's server is it.
    """
    lock = placement.data / "postmaster.pid"
    deadline = time.monotonic() + SECONDS_FOR_AN_OLD_SERVER_TO_STOP
    while (pid := _server_in(lock)) is not None:
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"A PostgreSQL of an earlier start still runs on {placement.data} (process {pid}). "
                f"Stop it: kill -INT {pid}"
            )
        sleep(0.1)
    lock.unlink(missing_ok=True)
    for leftover in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (placement.sockets / leftover).unlink(missing_ok=True)


def _server_in(lock: Path) -> int | None:
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_running(pid) and "postgres" in command_name(pid) else None


def ready_command(placement: Placement) -> list[str]:
    # A client, not the server: no account games, it runs as whoever asks.
    return [
        str(placement.bin_dir / "pg_isready"),
        "-q",
        "-U",
        "postgres",
        "-h",
        os.fspath(placement.sockets),
    ]
