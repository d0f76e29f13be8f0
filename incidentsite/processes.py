"""What a child process is born with: never outliving its parent, and how its end reads."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Each open page is a file to its process, and many systems allow 1,024 unless asked for more.
_MOST_FILES = 65_536
# Loaded before any fork: a child between fork and exec must not import or allocate much.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """A preexec_fn that makes the kernel send `how` when the parent ends, whatever ended it.

    Linux only, and only for this child: `incidentsite.supervisor.sentinel` sees to the rest.
    """
    if _libc is None:
        return None
    prctl, number, parent = _libc.prctl, int(how), os.getpid()

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended between the fork and the line above
            os._exit(1)

    return ask_kernel


def end_with_parent(how: signal.Signals) -> None:
    """The same wish for the running process itself; does nothing where the kernel cannot."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(how))


def raise_file_limit() -> None:
    """Let this process and its children open as many files as the system grants without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
    # The name stands in brackets and may hold anything, brackets too.
    head, _, tail = stat.rpartition(")")
    return tail.split()[0], head.partition("(")[2]


def _ask_ps(pid: int) -> tuple[str, str]:
    command = ["ps", "-o", "state=,comm=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    state, _, name = shown.strip().partition(" ")
    return state[:1], name.strip()


def kill_group(pid: int, how: int) -> None:
    """Signals a process group that may have ended meanwhile."""
    try:
        os.killpg(pid, how)
    except (ProcessLookupError, PermissionError):
        return


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
