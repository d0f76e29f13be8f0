"""Where the embedded servers keep their sockets, and the addresses that follow from it."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from incidentsite.embedded.errors import EmbeddedError

# The kernel takes 107 bytes (103 on macOS); "/.s.PGSQL.5432.lock" is the longest name put inside.
LONGEST_SOCKET_PATH = 100
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"


def run_dir(data_dir: Path) -> Path:
    """The directory of the sockets: inside the data directory where the path is short enough.

    Every process works it out alone and must come to the same answer, so nothing here may depend
    on the environment beyond the user and the data directory.
    """
    inside = data_dir.resolve() / "run"
    if len(os.fsencode(inside / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    outside = Path(f"/tmp/incidentsite-{os.getuid()}-{digest}")  # noqa: S108  0700, its owner is checked
    _refuse_if_foreign(outside)
    return outside


def make_run_dir(data_dir: Path) -> Path:
    directory = run_dir(data_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_if_foreign(directory)
    directory.chmod(0o700)
    return directory


def _refuse_if_foreign(directory: Path) -> None:
    """Anybody may write where it lies: who made it first could pose as our database."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return
    if found.st_uid != os.getuid() or directory.is_symlink():
        raise EmbeddedError(
            f"{directory} belongs to somebody else. Remove it, or give a DATA_DIR with a shorter "
            "path so that it is not needed."
        )


def database_url(data_dir: Path) -> str:
    return f"postgres://postgres@/postgres?host={run_dir(data_dir)}"


def valkey_socket(data_dir: Path) -> Path:
    return run_dir(data_dir) / "valkey.sock"


def redis_url(data_dir: Path) -> str:
    return f"unix://{valkey_socket(data_dir)}?db=0"


def with_database(url: str, number: int) -> str:
    """The same server, another of its numbered databases."""
    if url.startswith("unix://"):
        return f"{url.partition('?')[0]}?db={number}"
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{number}"))


def celery_url(url: str) -> str:
    """The same server as Celery's transport spells it: sockets have a scheme of their own."""
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    number = query.removeprefix("db=") or "0"
    return f"redis+socket://{path}?virtual_host={number}"
