"""A piece of work that the engine comes back to. Apps beside the hub add theirs here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Module:
    """`work` does a bounded piece and returns how many rows it dealt with: 0 means done for now.

    `lock` is the key of its advisory lock; `every` is how many seconds may pass between runs when
    nothing wakes the engine (0: each turn). While it has work it goes on for `seconds`, then the
    others have their turn (0: after one piece).
    """

    name: str
    lock: int
    work: Callable[[], int]
    every: float = 0
    seconds: float = 0.5


ADDED: Final[list[Module]] = []


def add(module: Module) -> None:
    """Let the engine do this too; adding the same module twice is an error."""
    if module.name in {known.name for known in ADDED}:
        raise ValueError(f"two modules are called {module.name!r}")
    ADDED.append(module)
