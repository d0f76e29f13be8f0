"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

PATIENCE: Final = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks until they are over: clients of Valkey swallow a cancellation at times."""
    everyone = list(tasks)
    left = {task for task in everyone if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=PATIENCE)
    for task in everyone:
        if not task.cancelled():
            task.exception()  # asked for, so that nobody complains that it was not
