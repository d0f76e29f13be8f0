"""What a child process is born with: never outliving its parent, and how its end reads."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not import or allocate much.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """A preexec_fn that makes the kernel send `how` when the parent ends, whatever ended it.

    Linux only; elsewhere the supervisor keeps a sentinel (`incidentsite.supervisor.sentinel`).
    """
    libc = _libc
    if libc is None:
        return None
    number = int(how)

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number)

    return ask_kernel


def is_running(pid: int) -> bool:
    """Whether a process with this id does anything; a zombie that nobody reaps does not."""
    return _state_and_name(pid)[0] not in {"", "Z", "X"}


def command_name(pid: int) -> str:
    return _state_and_name(pid)[1]


def _state_and_name(pid: int) -> tuple[str, str]:
    if sys.platform != "linux":
        return _ask_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "", ""
    # "123 (name, which may hold anything) S 1 ..."
    head, _, tail = stat.rpartition(")")
    return tail.split()[0], head.partition("(")[2]


def _ask_ps(pid: int) -> tuple[str, str]:
    command = ["ps", "-o", "state=,comm=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    state, _, name = shown.strip().partition(" ")
    return state[:1], name.strip()


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
