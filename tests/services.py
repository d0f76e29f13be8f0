"""A pytest plug-in (`-p tests.services`): PostgreSQL and Valkey that live as long as the test run.

They start at import because settings are read before any pytest hook runs. Workers of xdist
inherit the addresses through the environment. Nothing starts where both addresses are given.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from incidentsite.embedded import database_url, redis_url
from incidentsite.embedded.placement import place
from incidentsite.embedded.postgres import (
    make_cluster,
)
from incidentsite.processes import is_running
from tests import template
from tests.servers import Server, serve_postgres, start_valkey, stop

# The directory of the servers this plug-in started; workers of xdist inherit it.
OWN = "INCIDENTSITE_TEST_SERVERS"
# The database that each worker copies, where there is one.
TEMPLATE = "INCIDENTSITE_TEST_TEMPLATE"
PREFIX = "incidentsite-tests-"


def start_throwaway_servers() -> None:
    home = _make_home()
    os.environ.setdefault("DATA_DIR", str(home))
    servers: list[Server] = []
    atexit.register(_clean_up, home, servers, os.getpid())
    if "DATABASE_URL" not in os.environ:
        servers.append(_start_postgres(home))
        os.environ["DATABASE_URL"] = database_url(home)
    if "REDIS_URL" not in os.environ:
        servers.append(start_valkey(home))
        os.environ["REDIS_URL"] = redis_url(home)
        os.environ[OWN] = str(home)


def start_own_valkey(worker: str) -> None:
    home = Path(os.environ[OWN]) / worker
    home.mkdir()
    os.environ["DATA_DIR"] = str(home)
    servers = [start_valkey(home)]
    atexit.register(_stop_all, servers, os.getpid())
    os.environ["REDIS_URL"] = redis_url(home)


def _start_postgres(home: Path) -> Server:
    """With a template database in which all migrations are applied."""
    placement = place(home)
    if not template.bring(placement):
        make_cluster(placement, sync=False)
        server = serve_postgres(placement, home)
        template.fill(database_url(home))
        stop(server)
        template.keep(placement)
    os.environ[TEMPLATE] = template.DATABASE
    return serve_postgres(placement, home)


def _make_home() -> Path:
    """In memory where there is such a place; what a killed run left behind goes first."""
    shm = Path("/dev/shm")
    root = shm if os.access(shm, os.W_OK) else Path(tempfile.gettempdir())
    for old in root.glob(f"{PREFIX}*"):
        pid = old.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))


def _clean_up(home: Path, servers: list[Server], owner: int) -> None:
    if _stop_all(servers, owner):
        shutil.rmtree(home, ignore_errors=True)


def _stop_all(servers: list[Server], owner: int) -> bool:
    if os.getpid() != owner:  # a forked child of the test run that ends normally
        return False
    for server in reversed(servers):
        stop(server)
    return True


WORKER = os.environ.get("PYTEST_XDIST_WORKER")
if WORKER and OWN in os.environ:
    # Hints go to every subscriber of a Valkey server, whatever its database number.
    start_own_valkey(WORKER)
elif not {"DATABASE_URL", "REDIS_URL"} <= set(os.environ):
    start_throwaway_servers()
