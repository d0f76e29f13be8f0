"""Telling subscribers of facts: at least once, each by itself.

The handler's changes and the done-mark commit together. A subscriber that fails is tried again
after a while, in the end parked for people to see; the others go on meanwhile. One that answers
with a time is told again then: so whatever is due has its row, and nothing is searched for.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.models import Delivery, DeliveryState

log = logging.getLogger(__name__)

BATCH: Final = 50
# Whoever waits for something more urgent has it after LEAST; the others after SECONDS.
LEAST: Final = 0.02
SECONDS: Final = 0.25
# Seconds until the next try, by the number of tries so far; after the last one it is parked.
BACKOFF: Final = (1, 5, 15, 30, 60, 120, 300, 600, 900)


def work(hurries: Callable[[], bool] = lambda: False) -> int:
    """Tell up to BATCH subscribers, or as many as a moment allows; returns how many were due.

    The moment is short while something more urgent `hurries`: messages that wait to be read.
    """
    began, done = time.monotonic(), 0
    while done < BATCH and _tell_next():
        done += 1
        spent = time.monotonic() - began
        if spent > SECONDS or (spent > LEAST and hurries()):
            break
    return done


def _tell_next() -> bool:
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("fact__incident")
            .filter(state=DeliveryState.PENDING, next_due_at__lte=clock.now())
            .order_by("next_due_at", "pk")
            .first()
        )
        if delivery is None:
            return False
        _tell(delivery)
    return True


def _tell(delivery: Delivery) -> None:
    subscription = bus.SUBSCRIPTIONS.get(delivery.subscriber)
    delivery.tries += 1
    if subscription is None:
        _park(delivery, "This release has no such subscriber.")
        return
    try:
        with transaction.atomic():
            again_at = subscription.handle(delivery.fact)
    except Exception as error:
        log.exception("%s failed on %s", delivery.subscriber, delivery.fact)
        _try_later(delivery, f"{type(error).__name__}: {error}")
        return
    delivery.error = ""
    if again_at is None:
        delivery.state = DeliveryState.DONE
    else:
        delivery.tries, delivery.next_due_at = 0, again_at
    delivery.save(update_fields=["state", "tries", "next_due_at", "error"])


def _try_later(delivery: Delivery, error: str) -> None:
    if delivery.tries > len(BACKOFF):
        _park(delivery, error)
        return
    delivery.next_due_at = clock.now() + timedelta(seconds=BACKOFF[delivery.tries - 1])
    delivery.error = error[:2000]
    delivery.save(update_fields=["tries", "next_due_at", "error"])


def _park(delivery: Delivery, error: str) -> None:
    delivery.state = DeliveryState.PARKED
    delivery.error = error[:2000]
    delivery.save(update_fields=["state", "tries", "error"])


def try_again(delivery_ids: list[int]) -> int:
    """Put parked deliveries back into the queue; returns how many."""
    parked = Delivery.objects.filter(pk__in=delivery_ids, state=DeliveryState.PARKED)
    return parked.update(state=DeliveryState.PENDING, tries=0, next_due_at=clock.now())
