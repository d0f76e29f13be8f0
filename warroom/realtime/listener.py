"""Hearing hints: one subscription per event loop through the Channels layer.

The layer never says that its server is gone, so the listener asks: when nothing came for a while it
sends itself an echo, and when that does not come back it starts over with a fresh connection.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final

from channels.layers import get_channel_layer

from warroom.realtime.hints import GROUP

logger = logging.getLogger(__name__)
QUIET: Final = 5.0
CAP: Final = 1.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0

Message = dict[str, Any]


class Silent(ConnectionError):
    """Nothing comes through, not even what we sent ourselves."""


async def listen(hear: Callable[[Message], None], subscribed: Callable[[], None]) -> None:
    """Pass every message of the hint group to `hear`, for ever, across losses of the connection.

    Calls `subscribed` after each (re)subscription: what was said before went unheard.
    """
    pause = FIRST_PAUSE
    level = logging.WARNING
    while True:
        try:
            async with asyncio.timeout(CAP):
                channel = await _subscribe()
            logger.info("Listening for hints")
            subscribed()
            pause, level = FIRST_PAUSE, logging.WARNING
            await _receive(channel, hear)
        except Exception as error:  # noqa: BLE001  # whatever it is: poll, and try again
            logger.log(level, "No hints for now, polling instead: %r", error)
            level = logging.DEBUG  # said once an outage
        finally:
            await _drop_connection()
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _layer() -> Any:
    layer = get_channel_layer()
    if layer is None:
        raise ConnectionError("no channel layer is configured")
    return layer


async def _subscribe() -> str:
    layer = _layer()
    channel: str = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    return channel


async def _receive(channel: str, hear: Callable[[Message], None]) -> None:
    asked = False
    receiving = asyncio.ensure_future(_layer().receive(channel))
    try:
        while True:
            done, _ = await asyncio.wait({receiving}, timeout=CAP if asked else QUIET)
            if done:
                hear(receiving.result())
                receiving = asyncio.ensure_future(_layer().receive(channel))
                asked = False
            elif asked:
                raise Silent("the echo did not come back")
            else:
                asked = True
                async with asyncio.timeout(CAP):
                    await _layer().send(channel, {"type": "echo"})
    finally:
        receiving.cancel()


async def _drop_connection() -> None:
    """Close what this event loop holds of the layer, so that the next try begins afresh."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CAP):
            await _layer().flush()
