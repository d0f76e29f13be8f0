"""Leaves no orphan, however the supervisor ends.

A second small process holds one end of a pipe. The pipe closes when the supervisor ends, even by
kill -9; then the sentinel ends the process groups it was told about, grandchildren included. On
Linux the kernel does most of that already (`die_with_parent`), but only for direct children.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from incidentsite.processes import is_running, kill_group

SECONDS_TO_END = 10


class Sentinel:
    def __init__(self) -> None:
        process = subprocess.Popen(
            # Standard library only, so -S: it starts at once and stays small.
            [sys.executable, "-S", "-m", "incidentsite.supervisor.sentinel"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._process, self._ear = process, process.stdin

    def watch(self, pid: int, how: signal.Signals) -> None:
        """From now on end this process group with this signal when the supervisor is gone."""
        self._tell(f"{pid} {int(how)}\n")

    def forget(self, pid: int) -> None:
        self._tell(f"{pid} 0\n")

    def _tell(self, line: str) -> None:
        if self._ear is None:
            return
        try:
            self._ear.write(line.encode())
            self._ear.flush()
        except BrokenPipeError:
            # Somebody killed the sentinel. The kernel's tie remains, and a clean stop needs none.
            self._ear = None


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(told_about(sys.stdin))


def told_about(lines: Iterable[str]) -> dict[int, int]:
    """The groups to end and how, once the lines end."""
    watched: dict[int, int] = {}
    for line in lines:
        pid, how = (int(word) for word in line.split())
        if how:
            watched[pid] = how
        else:
            watched.pop(pid, None)
    return watched


def end(watched: dict[int, int]) -> None:
    for pid, how in watched.items():
        kill_group(pid, how)
    deadline = time.monotonic() + SECONDS_TO_END
    while any(map(is_running, watched)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in watched:
        kill_group(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
