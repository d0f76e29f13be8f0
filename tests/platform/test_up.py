"""The whole product under its supervisor: one start, then every process is killed in turn."""

import os
import shutil
import signal
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.started import Started, until

pytestmark = [pytest.mark.platform, pytest.mark.flow]
PROCESSES = ("postgres", "valkey", "web", "engine", "worker", "beat")
# The goal on an idle machine is 8; tests share the machine with whatever else runs.


def up(data_dir: Path) -> Started:
    started = Started(data_dir, "manage.py", "up", PORT="0")
    until(lambda: "ready in" in started.printed(), started.printed, patience=90)
    return started


@pytest.fixture(scope="module")
def product() -> Iterator[Started]:
    directory = Path(tempfile.mkdtemp(prefix="incidents-"))
    started = up(directory)
    # It is printed once the starter kit is loaded: not if a test kills the database before.
    started.wait_for("sign in as admin with this link, once:")
    yield started
    started.stop()
    started.end()
    shutil.rmtree(directory)


def address(product: Started) -> str:
    return (product.data_dir / "run/address").read_text().strip()


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return int(answer.status)


def test_it_says_where_it_is_and_how_to_sign_in_once(product: Started) -> None:
    assert address(product) in product.wait_for("ready in")
    link = product.wait_for("sign in as admin with this link, once:").split()[-1]
    assert link.startswith(address(product))
    assert status_of(link) == 200


def test_every_process_has_its_log_and_its_id(product: Started) -> None:
    until(lambda: set(product.pids()) == set(PROCESSES), "all processes")
    logs = {path.stem for path in (product.data_dir / "log").glob("*.log")}
    assert set(PROCESSES) <= logs


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_comes_back_and_requests_wait_for_it(product: Started, name: str) -> None:
    until(lambda: name in product.pids(), name)
    old = product.pids()[name]
    os.kill(old, signal.SIGKILL)
    product.restarted(name, old)
    assert status_of(f"{address(product)}/healthz") == 200
    until(lambda: is_ready(product), "an answer from /readyz")


def is_ready(product: Started) -> bool:
    try:
        return status_of(f"{address(product)}/readyz") == 200
    except OSError:
        return False


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_finds_all_done(home: Path) -> None:
    first = up(home)
    first.kill()
    until(lambda: first.left() == [], first.left, patience=5)
    first.end()
    second = up(home)
    assert second.stop() == 0
    printed, left = second.printed(), second.left()
    second.end()
    assert left == []
    assert "bringing it up to date" not in printed
