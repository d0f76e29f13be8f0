"""The whole product under its supervisor: one start, then every process is killed in turn."""

import os
import resource
import shutil
import signal
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platform.started import Started, until

pytestmark = [pytest.mark.platform, pytest.mark.flow]
PROCESSES = ("postgres", "valkey", "web", "engine", "worker", "beat")


@contextmanager
def few_files() -> Iterator[None]:
    """As most systems grant unless asked for more; what starts in here inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Product:
    """Started on an empty directory; `first` is what that start printed."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.started = self._up()
        # It is printed once the starter kit is loaded: not if a test kills the database before.
        self.started.wait_for("sign in as admin with this link, once:")
        self.first = self.started.printed()

    def start_again(self) -> None:
        self.started.end()
        self.started = self._up()

    def _up(self) -> Started:
        with few_files():
            started = Started(self.data_dir, "manage.py", "up", PORT="0")
        until(lambda: "ready in" in started.printed(), started.printed, patience=90)
        return started

    @property
    def address(self) -> str:
        return (self.data_dir / "run/address").read_text().strip()


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    directory = Path(tempfile.mkdtemp(prefix="incidents-"))
    product = Product(directory)
    yield product
    product.started.stop()
    product.started.end()
    shutil.rmtree(directory)


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return int(answer.status)


def line_of(text: str, words: str) -> str:
    return next(line for line in text.splitlines() if words in line)


def test_it_says_where_it_is_and_how_to_sign_in_once(product: Product) -> None:
    address = line_of(product.first, "ready in").split()[-1]
    link = line_of(product.first, "sign in as admin with this link, once:").split()[-1]
    assert link.startswith(f"{address}/")
    assert status_of(link.replace(address, product.address)) == 200


def test_every_process_has_its_log_and_its_id(product: Product) -> None:
    until(lambda: set(product.started.pids()) == set(PROCESSES), "all processes")
    logs = {path.stem for path in (product.data_dir / "log").glob("*.log")}
    assert set(PROCESSES) <= logs


def test_web_may_open_as_many_files_as_the_system_grants(product: Product) -> None:
    """A thousand open pages are a thousand files."""
    until(lambda: "web" in product.started.pids(), "web")
    limits = Path(f"/proc/{product.started.pids()['web']}/limits").read_text()
    soft = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open"))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert int(soft) == (hard if 0 < hard < 65_536 else 65_536)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_comes_back_and_requests_wait_for_it(product: Product, name: str) -> None:
    until(lambda: name in product.started.pids(), name)
    old = product.started.pids()[name]
    os.kill(old, signal.SIGKILL)
    product.started.restarted(name, old)
    assert status_of(f"{product.address}/healthz") == 200
    until(lambda: is_ready(product), "an answer from /readyz")


def is_ready(product: Product) -> bool:
    try:
        return status_of(f"{product.address}/readyz") == 200
    except OSError:
        return False


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_finds_all_done(
    product: Product,
) -> None:
    product.started.kill()
    until(lambda: product.started.left() == [], product.started.left, patience=5)
    product.start_again()
    assert product.started.stop() == 0
    printed, left = product.started.printed(), product.started.left()
    product.start_again()
    assert left == []
    assert "bringing it up to date" not in printed
