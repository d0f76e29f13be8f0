"""Deeds of different people at the same moment, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from incidents.kernel.errors import DomainError


def at_once(*deeds: Callable[[], Any]) -> list[str]:
    """Do all at the same moment; "done" or the name of the error of each."""
    barrier = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            deed()
        except DomainError as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(do, deed) for deed in deeds]]
