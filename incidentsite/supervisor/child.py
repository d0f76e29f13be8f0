"""What the supervisor must know about a process to start it, judge it and stop it."""

import re
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

Probe = Callable[[], Awaitable[bool]]

# Log lines that deserve the terminal; the rest is in the log files. Django warns of every 404.
PYTHON_TROUBLE = re.compile(r"\b(ERROR|CRITICAL)\b|\bWARNING\b(?! django\.request)")
# Refusing clients while it starts or stops is what PostgreSQL should do.
SERVER_TROUBLE = re.compile(
    r"\b(FATAL|PANIC)\b(?!:\s+(the database system is|terminating connection))"
)


async def at_once() -> bool:
    return True


@dataclass(frozen=True)
class Account:
    """Another user to run as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Child:
    name: str
    argv: Sequence[str]
    ready: Probe = at_once
    stop_with: signal.Signals = signal.SIGTERM
    # What the kernel sends when the supervisor is killed: nobody is left to insist.
    orphaned: signal.Signals = signal.SIGKILL
    grace: float = 10
    before_start: Callable[[], None] | None = None
    trouble: re.Pattern[str] = PYTHON_TROUBLE
    environment: Mapping[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    account: Account | None = None
    # A start that fails for this one is the end of the whole start: nothing runs without it.
    essential: bool = False
