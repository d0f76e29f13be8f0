"""A cluster whose template database has all migrations applied, kept until one of them changes.

To apply them takes longer than most test files: done once, each run and each worker copies it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from incidentsite.embedded.placement import Placement

ROOT = Path(__file__).resolve().parent.parent
CLUSTERS = ROOT / ".venv/test-clusters"
DATABASE = "template_of_tests"
# Branches with migrations of their own are worked on at the same time.
MOST_KEPT = 8


def _kept() -> Path:
    told = hashlib.sha256()
    for path in _what_it_depends_on():
        told.update(path.read_bytes())
    return CLUSTERS / told.hexdigest()[:16]


def _what_it_depends_on() -> Iterator[Path]:
    yield ROOT / "requirements-dev.lock"
    yield from sorted(ROOT.glob("*/migrations/*.py"))


def bring(placement: Placement) -> bool:
    """Copy the cluster to where the server will look for it; False when there is none yet."""
    kept = _kept()
    if not kept.exists():
        return False
    os.utime(kept)
    _copy(kept, placement.data)
    return True


def fill(database_url: str) -> None:
    """Make the template in a running server."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    template = urlsplit(database_url)._replace(path=f"/{DATABASE}").geturl()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": template},
        check=True,
    )


def keep(placement: Placement) -> None:
    """Put the cluster of a server that has stopped aside for the next runs."""
    kept = _kept()
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    CLUSTERS.mkdir(parents=True, exist_ok=True)
    _copy(placement.data, fresh)
    try:
        fresh.rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(fresh)
    for old in sorted(CLUSTERS.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """With owners and permissions, about which PostgreSQL is strict."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
