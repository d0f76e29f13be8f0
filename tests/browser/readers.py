"""People who subscribed to a status page, in each state."""

from datetime import timedelta
from itertools import cycle

from incidents.kernel import clock
from statuspage.models import StatusPage, Subscriber, SubscriberState, Way
from statuspage.services import subscribing


def subscribed(page: StatusPage, count: int, *, name: str = "reader") -> Subscriber:
    """`count` addresses; the first is one that hears of all."""
    now = clock.now()
    states = cycle(SubscriberState.values)
    rows = []
    for number in range(count):
        address = f"{name}-{number}@example.com"
        row = subscribing.draft(page, Way.EMAIL, address, subscribing.Wishes(), source="form")
        row.state = SubscriberState.ACTIVE if number == 0 else next(states)
        row.created_at, row.confirmed_at = now - timedelta(hours=number), now
        rows.append(row)
    return Subscriber.objects.bulk_create(rows)[0]
