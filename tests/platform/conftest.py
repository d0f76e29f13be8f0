import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.started import Started


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory with a path short enough for sockets, which tmp_path has not."""
    directory = Path(tempfile.mkdtemp(prefix="incidents-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def start(home: Path) -> Iterator[Started.Factory]:
    """Starts a program on `home`; whatever it leaves behind goes at the end of the test."""
    started: list[Started] = []

    def begin(*arguments: str, **environment: str) -> Started:
        started.append(Started(home, *arguments, **environment))
        return started[-1]

    yield begin
    for program in started:
        program.end()


@pytest.fixture
def as_root() -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
