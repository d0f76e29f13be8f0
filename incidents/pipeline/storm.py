"""Storms: a sender that asks for more incidents than people can look at gets one for all.

Counted in memory, by the one process that folds; what it decided is kept with the integration.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from incidents.kernel import clock
from incidents.models import Alert, Integration

MINUTE: Final = timedelta(minutes=1)
# A storm is over when it has been calm for this long.
CALM: Final = timedelta(minutes=5)


@dataclass(slots=True)
class _Burst:
    since: datetime
    count: int = 0


_bursts: dict[int, _Burst] = {}


def key_of(integration: Integration) -> str:
    return f"storm:{integration.pk}"


def why(integration: Integration) -> str:
    most = settings.STORM_INCIDENTS_PER_MINUTE
    return f"a storm: more than {most} incidents a minute from {integration.name} are kept as one"


def storming(wanted: Mapping[str, Sequence[Alert]]) -> dict[int, Integration]:
    """The integrations whose new incidents, `wanted` by correlation key, are part of a storm."""
    now = clock.now()
    counts: dict[int, int] = {}
    senders: dict[int, Integration] = {}
    for group in wanted.values():
        sender = group[0].integration
        senders[sender.pk] = sender
        counts[sender.pk] = counts.get(sender.pk, 0) + 1
    busy = [s for s in senders.values() if _count(s.pk, counts[s.pk], now) > _most()]
    _extend(busy, now)
    return {pk: s for pk, s in senders.items() if s.storm_until and s.storm_until > now}


def _most() -> int:
    return int(settings.STORM_INCIDENTS_PER_MINUTE)


def _count(sender: int, more: int, now: datetime) -> int:
    burst = _bursts.get(sender)
    if burst is None or not timedelta(0) <= now - burst.since < MINUTE:
        burst = _bursts[sender] = _Burst(now)
    burst.count += more
    return burst.count


def _extend(busy: Iterable[Integration], now: datetime) -> None:
    """Written once a minute at most: each batch of a storm comes by here."""
    for sender in busy:
        until = now + CALM
        if sender.storm_until is None or until - sender.storm_until > MINUTE:
            sender.storm_until = until
            Integration.objects.filter(pk=sender.pk).update(storm_until=until)
