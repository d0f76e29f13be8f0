"""A token bucket for each key, person or address: generous, and clear once it is empty.

Each web process keeps its own buckets, so several together allow a multiple of the rate. That is
enough to keep one runaway script from starving everybody else, and costs no round trip.
"""

import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from incidents.api.authentication import principal_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

_MAX_BUCKETS: Final = 10_000


class Buckets:
    """`rate` tokens a minute, at most `rate` at once; the least recently used are forgotten."""

    def __init__(self) -> None:
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, *, rate: int, at: float) -> float:
        """Take one token; 0 when there was one, else the seconds until there is."""
        per_second = rate / 60
        with self._lock:
            level, seen = self._levels.pop(name, (float(rate), at))
            level = min(float(rate), level + max(0.0, at - seen) * per_second)
            granted = level >= 1
            self._levels[name] = (level - 1 if granted else level, at)
            if len(self._levels) > _MAX_BUCKETS:
                self._levels.popitem(last=False)
        return 0.0 if granted else (1 - level) / per_second

    def clear(self) -> None:
        with self._lock:
            self._levels.clear()


BUCKETS: Final = Buckets()


class PerPrincipal(BaseThrottle):
    """At most `settings.API_RATE` requests a minute for each key, person or address."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002  # theirs
        principal = principal_of(request)
        name = principal.actor.handle if principal.is_known else self.get_ident(request)
        self._wait = BUCKETS.take(name, rate=settings.API_RATE, at=time.monotonic())
        return self._wait == 0

    def wait(self) -> float:
        return math.ceil(self._wait)
