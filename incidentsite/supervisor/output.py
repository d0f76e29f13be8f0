"""Where the lines of the children go: all to log files, the troubling ones to the terminal too."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from incidentsite.supervisor.child import Child

LARGEST_LOG = 5_000_000
OLD_LOGS = 2
LONGEST_LINE = 1_000_000
# A child in trouble may repeat itself; nobody reads more of it on a terminal.
LINES_A_MINUTE = 20
# Six colours that read on light and dark terminals.
COLOURS = (36, 32, 35, 33, 34, 31)


class Terminal:
    """One prefix per line, coloured where somebody looks on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}
        self.quiet = False
        self._gone = False

    def say(self, name: str, text: str) -> None:
        if self._gone:
            return
        try:
            print(f"{self._prefix(name)} {text}", file=self._stream, flush=True)
        except (OSError, ValueError):
            # The children and their log files go on without it.
            self._gone = True

    def child_says(self, name: str, text: str) -> None:
        if not self.quiet:
            self.say(name, text)

    def _prefix(self, name: str) -> str:
        padded = f"{name:<9}"
        if not self._coloured:
            return padded
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        return f"\033[{colour}m{padded}\033[0m"


class LogFile:
    """Appends lines and starts a new file when this one is full; keeps the last two."""

    def __init__(self, path: Path, *, largest: int = LARGEST_LOG) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._largest = largest
        self._file = path.open("ab", buffering=0)
        self._size = path.stat().st_size

    def write(self, line: bytes) -> None:
        try:
            if self._size + len(line) > self._largest:
                self._turn()
            self._size += self._file.write(line)
        except OSError:
            # A full disk must not take the running processes with it.
            return

    def close(self) -> None:
        self._file.close()

    def last_lines(self, count: int) -> list[str]:
        return self.path.read_bytes()[-8192:].decode(errors="replace").splitlines()[-count:]

    def _turn(self) -> None:
        self._file.close()
        for number in range(OLD_LOGS, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = (
                self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
            )
            if newer.exists():
                newer.rename(older)
        self._file = self.path.open("ab", buffering=0)
        self._size = 0


class Lines:
    """Cuts a stream of bytes into lines; a line without an end is cut at a sane length."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        yield from whole
        if len(self._rest) > LONGEST_LINE:
            yield self._flush()

    def end(self) -> Iterator[bytes]:
        if self._rest:
            yield self._flush()

    def _flush(self) -> bytes:
        line, self._rest = self._rest, b""
        return line


class Relay:
    """Reads one child's output for as long as it has any."""

    def __init__(self, child: Child, log: LogFile, terminal: Terminal) -> None:
        self._child = child
        self._log = log
        self._terminal = terminal
        self._in_traceback = False
        self._minute = 0
        self._shown = 0

    async def follow(self, stream: asyncio.StreamReader | None) -> None:
        if stream is None:
            return
        lines = Lines()
        while chunk := await stream.read(65_536):
            for line in lines.feed(chunk):
                self._pass_on(line)
        for line in lines.end():
            self._pass_on(line)

    def _pass_on(self, line: bytes) -> None:
        self._log.write(line + b"\n")
        text = line.decode(errors="replace").rstrip()
        if self._is_trouble(text):
            self._show(text)

    def _show(self, text: str) -> None:
        minute = int(time.monotonic() // 60)
        self._shown = self._shown + 1 if minute == self._minute else 1
        self._minute = minute
        if self._shown <= LINES_A_MINUTE:
            self._terminal.child_says(self._child.name, text)
        elif self._shown == LINES_A_MINUTE + 1:
            self._terminal.child_says(self._child.name, f"and more: read {self._log.path}")

    def _is_trouble(self, text: str) -> bool:
        """Of a traceback only the line that names the exception; the rest is in the log file."""
        if text.startswith("Traceback ("):
            self._in_traceback = True
            return False
        if self._in_traceback:
            self._in_traceback = text.startswith(" ") or not text
            return not self._in_traceback
        return self._child.trouble.search(text) is not None
