"""Once a day, one message for those who want no more: what was published since the last one.

A day on which nothing was published has no digest. Whoever follows some components gets those.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from incidents.kernel import clock
from statuspage.models import Broadcast, Pace, StatusPage, SubscriberState, Telling
from statuspage.services import subscribing

# When people who read one mail a day begin to: the morning in Europe.
AT: Final = time(7, tzinfo=UTC)
MOST: Final = 50
_TOLD: Final = (Broadcast.Kind.INCIDENT, Broadcast.Kind.MAINTENANCE)


def work() -> int:
    """Put down the digests that are due; how many."""
    now = clock.now()
    until = _last_time(now)
    subscribing.forget_unconfirmed(now)
    pages = StatusPage.objects.filter(
        enabled=True, subscribers__pace=Pace.DAILY, subscribers__state=SubscriberState.ACTIVE
    ).distinct()
    return sum(_put_down(page, until, now) for page in pages)


def _last_time(now: datetime) -> datetime:
    today = datetime.combine(now.astimezone(UTC).date(), AT)
    return today if today <= now else today - timedelta(days=1)


def _put_down(page: StatusPage, until: datetime, now: datetime) -> bool:
    last = page.broadcasts.filter(kind=Broadcast.Kind.DIGEST).order_by("-until").first()
    since = last.until if last and last.until else until - timedelta(days=1)
    if since >= until:
        return False
    parts = list(_parts(page, since, until))
    if not parts:
        return False
    of_all = any(not part.components for part in parts)
    touched = set() if of_all else {pk for part in parts for pk in part.components}
    try:
        with transaction.atomic():
            Broadcast.objects.create(
                page=page,
                kind=Broadcast.Kind.DIGEST,
                since=since,
                until=until,
                components=sorted(touched),
                made_at=now,
            )
    except IntegrityError:
        return False  # another engine was quicker
    return True


def _parts(page: StatusPage, since: datetime, until: datetime) -> Sequence[Broadcast]:
    """What was told in that time and may be told still, oldest first."""
    rows = page.broadcasts.filter(kind__in=_TOLD, made_at__gt=since, made_at__lte=until)
    rows = rows.exclude(update__public_incident__incident__private=True).select_related(
        "page", "update__public_incident__page", "maintenance_update__maintenance__page"
    )
    return list(rows.order_by("made_at", "pk")[:MOST])


class Choosing:
    """Which parts of digests each of these subscribers gets. Three queries for all."""

    def __init__(self, tellings: Sequence[Telling]) -> None:
        self._parts: dict[int, Sequence[Broadcast]] = {}
        for telling in tellings:
            digest = telling.broadcast
            if digest and digest.pk not in self._parts and digest.since and digest.until:
                self._parts[digest.pk] = _parts(digest.page, digest.since, digest.until)
        ids = {telling.subscriber_id for telling in tellings}
        self._chosen: dict[int, set[int]] = {}
        if ids:
            through = type(tellings[0].subscriber).components.through
            pairs = through.objects.filter(subscriber_id__in=ids)
            for subscriber, component in pairs.values_list("subscriber_id", "component_id"):
                self._chosen.setdefault(subscriber, set()).add(component)

    def parts(self, telling: Telling) -> list[Broadcast]:
        """Empty for what is no digest."""
        all_parts = self._parts.get(telling.broadcast_id or 0, ())
        return [part for part in all_parts if self._concerns(telling, part)]

    def _concerns(self, telling: Telling, part: Broadcast) -> bool:
        subscriber = telling.subscriber
        is_incident = part.kind == Broadcast.Kind.INCIDENT
        if not (subscriber.wants_incidents if is_incident else subscriber.wants_maintenance):
            return False
        chosen = self._chosen.get(subscriber.pk, set())
        return not chosen or not part.components or not chosen.isdisjoint(part.components)
