"""A supervisor under test: what it prints, which processes belong to it, what is left of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from incidentsite.bootstrap import ROOT
from incidentsite.processes import die_with_parent, is_running

PATIENCE = 30


class Started:
    Factory = Callable[..., "Started"]

    def __init__(self, data_dir: Path, *arguments: str, **environment: str) -> None:
        self.data_dir = data_dir
        self._output = data_dir.with_name(f"{data_dir.name}-{time.monotonic_ns()}.out")
        managed = {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
        inherited = {name: value for name, value in os.environ.items() if name not in managed}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**inherited, "DATA_DIR": str(data_dir), **environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  calls prctl only
            )

    def printed(self) -> str:
        return self._output.read_text()

    def wait_for(self, text: str) -> str:
        """The line with this text, once it is printed."""
        until(lambda: text in self.printed(), lambda: f"{text!r} in\n{self.printed()}")
        return next(line for line in self.printed().splitlines() if text in line)

    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = json.loads((self.data_dir / "run/pids.json").read_text())
        return pids

    def restarted(self, name: str, old: int) -> int:
        until(lambda: self.pids().get(name, old) != old, f"another {name} than {old}")
        return self.pids()[name]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def left(self) -> list[str]:
        """The command lines of all processes that were started on this data directory."""
        return [command_line(pid) for pid in _of(self.data_dir) if is_running(pid)]

    def end(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for pid in _of(self.data_dir):
            with suppress(ProcessLookupError):  # it ended by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        self._output.unlink()


def _of(data_dir: Path) -> list[int]:
    mark = f"DATA_DIR={data_dir}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def until(
    happens: Callable[[], bool], what: str | Callable[[], object], patience: float = PATIENCE
) -> None:
    deadline = time.monotonic() + patience
    while not happens():
        if time.monotonic() > deadline:
            shown = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {patience} s in vain: {shown}")
        time.sleep(0.05)
