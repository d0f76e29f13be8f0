"""Trying again where the database had to break a circle of waiting."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
_TRIES: Final = 3
_DEADLOCK: Final = "40P01"


def tried_again(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb once more after a deadlock, with intake for instance, which locks as it reads.

    Only where the verb's transaction is the outermost: otherwise that one is lost already.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(_TRIES - 1):
            try:
                return verb(*args, **kwargs)
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state != _DEADLOCK or connection.in_atomic_block:
                    raise
        return verb(*args, **kwargs)

    return run
