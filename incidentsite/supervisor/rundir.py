"""DATA_DIR/run: who runs here, under which ids and at which address. And DATA_DIR/log."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from incidentsite.supervisor.errors import CannotStart


class RunDir:
    """Holds the lock of a data directory for as long as the supervisor lives."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._run = data_dir / "run"
        self._lock: IO[str] | None = None
        self._pids: dict[str, int] = {}

    def lock(self) -> None:
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._run.mkdir(mode=0o700, exist_ok=True)
            lock = (self._run / "up.lock").open("a+")
        except OSError as error:
            raise CannotStart(
                f"Cannot write to {self.data_dir} ({error.strerror}). Give a directory of yours: "
                "DATA_DIR=~/incidents make run"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            lock.seek(0)
            raise CannotStart(
                f"Already running on {self.data_dir} (process {lock.read().strip() or '?'}"
                f"{self._address_of_other()}). Stop that one first, or give another DATA_DIR."
            ) from taken
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock
        self.clear()  # what one that was killed left behind

    def _address_of_other(self) -> str:
        try:
            return f", {(self._run / 'address').read_text().strip()}"
        except FileNotFoundError:
            return ""

    def log_of(self, name: str) -> Path:
        return self.data_dir / "log" / f"{name}.log"

    def note_pid(self, name: str, pid: int) -> None:
        self._pids[name] = pid
        self._write("pids.json", json.dumps(self._pids))

    def forget_pid(self, name: str) -> None:
        self._pids.pop(name, None)
        self._write("pids.json", json.dumps(self._pids))

    def note_address(self, address: str) -> None:
        self._write("address", address)

    def clear(self) -> None:
        for name in ("address", "pids.json"):
            (self._run / name).unlink(missing_ok=True)

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: other programs read these files at any moment."""
        draft = self._run / f".{name}.new"
        try:
            draft.write_text(text + "\n")
            draft.rename(self._run / name)
        except OSError:
            # A full disk must not take the running processes with it.
            return
