"""What room and feed have in common: the hub of this event loop, and asking again who it is."""

import asyncio
import logging
import random
import weakref
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError

from incidents.kernel.errors import DomainError, NotFound
from warroom.consumers.socket import Socket, code_of
from warroom.consumers.source import DatabaseSource, DocumentSource, keep_attendance
from warroom.realtime import codes
from warroom.realtime.document import Desks
from warroom.realtime.hub import Hub
from warroom.realtime.register import Register
from warroom.realtime.room import Check
from warroom.realtime.workers import workers

logger = logging.getLogger(__name__)
RECHECK: Final = 60.0
_hubs: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = weakref.WeakKeyDictionary()
_desks: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Desks]" = weakref.WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _desks[loop] = Desks(DocumentSource())
        _hubs[loop] = Hub(DatabaseSource(), [_desks[loop]], Register(keep_attendance))
    return _hubs[loop]


def desks() -> Desks:
    """The documents of the running event loop."""
    hub()
    return _desks[asyncio.get_running_loop()]


T = TypeVar("T")


async def admitted(socket: Socket, admit: Callable[[], T]) -> T | None:
    """What `admit` (run in a worker) returns; None when it refused and the socket is closed."""
    try:
        return await workers.at_the_door(admit)
    except DomainError as error:
        await socket.close(code_of(error))
    except DatabaseError as error:
        logger.warning("Nobody can be let in now: %s", error)
        await socket.close(codes.TRY_AGAIN)
    return None


def checking(admit: Callable[[], object]) -> Check:
    """Whether `admit` (run in a worker) still lets the visitor in: None, or a code to close with.

    While the database is away nobody is thrown out: nothing can be read then, either.
    """

    async def check() -> int | None:
        try:
            await workers.at_the_door(admit)
        except NotFound:
            return codes.NOT_ALLOWED  # it was there a minute ago: the right to see it is gone
        except DomainError as error:
            return code_of(error)
        except DatabaseError:
            return None
        return None

    return check


async def recheck_forever(check: Check) -> int:
    """Ask every minute, not all sockets at once; return the code to close with."""
    while True:
        await asyncio.sleep(RECHECK * random.uniform(0.8, 1.0))  # noqa: S311  # no secret
        code = await check()
        if code is not None:
            return code
