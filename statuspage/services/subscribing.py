"""Who wants to hear: asking, confirming, changing, leaving. Nothing is sent here.

Whoever asks gets the same answer whether or not the address is known; what the address gets
differs. At most three messages an hour go to an address because somebody asked for them.
"""

import secrets as randomness
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from incidents.kernel import clock, secrets
from incidents.kernel.errors import Conflict, Invalid
from statuspage.models import (
    Component,
    Errand,
    Language,
    Pace,
    StatusPage,
    Subscriber,
    SubscriberState,
    Telling,
    TellState,
    Way,
)
from statuspage.models.subscriber import new_nonce
from statuspage.services import addresses

ASKED_AN_HOUR: Final = 3
# What was not confirmed by then never will be.
UNCONFIRMED: Final = timedelta(days=7)
# Somebody waits for it: before all news that wait.
_HURRY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a subscriber wants to hear. `components` are ids; none means all."""

    components: Iterable[int] = field(default_factory=tuple)
    incidents: bool = True
    maintenance: bool = True
    pace: str = Pace.AT_ONCE
    language: str = Language.ENGLISH


@transaction.atomic
def subscribe(*, page: StatusPage, way: str, address: str, wishes: Wishes) -> None:
    """Ask the address whether it wants to hear. Known ones are sent their links instead.

    Raises Invalid for an address that is none; says nothing of whether it was known.
    """
    if not page.takes_subscribers:
        raise Conflict(f"{page.name} takes no subscribers.")
    one = addresses.checked(way, address)
    _check(page, wishes)
    subscriber = _locked(page, way, one)
    if subscriber is None:
        subscriber = _made(page, way, one, wishes, source="form")
    elif subscriber.state != SubscriberState.ACTIVE:
        _begin_again(subscriber, wishes)
    is_active = subscriber.state == SubscriberState.ACTIVE
    send(subscriber, Errand.LINKS if is_active else Errand.CONFIRM)


def _locked(page: StatusPage, way: str, address: str) -> Subscriber | None:
    key = addresses.key_of(way, address)
    rows = Subscriber.objects.select_for_update(of=("self",))
    return rows.filter(page=page, way=way, address_key=key).first()


def _check(page: StatusPage, wishes: Wishes) -> None:
    if not (wishes.incidents or wishes.maintenance):
        raise Invalid(gettext_noop("Choose what you want to hear about."), field="wants")
    if wishes.pace not in Pace.values:
        raise Invalid(f"There is no pace {wishes.pace!r}.", field="pace")
    if wishes.language not in Language.values:
        raise Invalid(f"There is no language {wishes.language!r}.", field="language")
    wanted = set(wishes.components)
    if not wanted:
        return
    known = set(page.components.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        told = gettext_noop("There is no such component.")
        raise Invalid(told, gettext_noop("Reload the page."), field="components")


def draft(page: StatusPage, way: str, address: str, wishes: Wishes, *, source: str) -> Subscriber:
    """A row that is not saved yet; `address` is in its one form. Raises Invalid."""
    _check(page, wishes)
    subscriber = Subscriber(
        page=page,
        way=way,
        address=address,
        address_key=addresses.key_of(way, address),
        source=source,
        created_at=clock.now(),
        secret=secrets.seal(randomness.token_hex(24)) if way == Way.WEBHOOK else "",
    )
    _apply(subscriber, wishes)
    return subscriber


def _made(page: StatusPage, way: str, address: str, wishes: Wishes, *, source: str) -> Subscriber:
    subscriber = draft(page, way, address, wishes, source=source)
    subscriber.save()
    subscriber.components.set(wishes.components)
    return subscriber


def _begin_again(subscriber: Subscriber, wishes: Wishes) -> None:
    """Who left, or never confirmed, begins anew; links of old messages are void."""
    _apply(subscriber, wishes)
    if subscriber.state != SubscriberState.PENDING:
        subscriber.nonce, subscriber.bounces = new_nonce(), 0
    subscriber.state = SubscriberState.PENDING
    subscriber.save()
    subscriber.components.set(wishes.components)


def _apply(subscriber: Subscriber, wishes: Wishes) -> None:
    subscriber.wants_incidents = wishes.incidents
    subscriber.wants_maintenance = wishes.maintenance
    # Programs have no use for yesterday's news, and nobody reads it in a text message.
    at_once = subscriber.way in (Way.WEBHOOK, Way.SMS)
    subscriber.pace = Pace.AT_ONCE if at_once else wishes.pace
    subscriber.language = wishes.language


@transaction.atomic
def send(subscriber: Subscriber, errand: Errand) -> bool:
    """Put down a message that somebody asked for; False where the address got enough this hour."""
    now = clock.now()
    lately = [at for at in subscriber.asked_at if now - at < timedelta(hours=1)]
    if len(lately) >= ASKED_AN_HOUR:
        return False
    subscriber.asked_at = [*lately, now]
    subscriber.save(update_fields=["asked_at"])
    Telling.objects.create(
        subscriber=subscriber,
        errand=errand,
        way=subscriber.way,
        made_at=now,
        next_due_at=now - _HURRY,
    )
    return True


@transaction.atomic
def confirm(subscriber_id: int) -> Subscriber:
    """From now on it is told. Harmless the second time; who left must subscribe anew."""
    subscriber = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)
    if subscriber.state == SubscriberState.PENDING:
        subscriber.state = SubscriberState.ACTIVE
        subscriber.confirmed_at = clock.now()
        subscriber.left_at, subscriber.last_error, subscriber.bounces = None, "", 0
        subscriber.save()
    elif subscriber.state != SubscriberState.ACTIVE:
        hint = gettext_noop("Subscribe again on the status page.")
        raise Conflict(gettext_noop("This subscription was ended."), hint)
    return subscriber


@transaction.atomic
def change(*, subscriber_id: int, wishes: Wishes) -> Subscriber:
    subscriber = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)
    _check(subscriber.page, wishes)
    _apply(subscriber, wishes)
    subscriber.save()
    subscriber.components.set(wishes.components)
    return subscriber


@transaction.atomic
def leave(subscriber_id: int) -> Subscriber:
    """Nothing more is sent, not even what waits. Harmless the second time."""
    subscriber = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)
    if subscriber.state != SubscriberState.LEFT:
        subscriber.state, subscriber.left_at = SubscriberState.LEFT, clock.now()
        subscriber.save(update_fields=["state", "left_at"])
    return subscriber


@transaction.atomic
def add(*, page: StatusPage, way: str, address: str, wishes: Wishes, agreed: bool) -> Subscriber:
    """An admin adds one: told from now on where it `agreed`, else asked first. Raises Conflict for
    an address that is told already."""
    one = addresses.checked(way, address)
    _check(page, wishes)
    subscriber = _locked(page, way, one)
    if subscriber is not None and subscriber.state == SubscriberState.ACTIVE:
        raise Conflict(f"{one} is subscribed already.")
    if subscriber is None:
        subscriber = _made(page, way, one, wishes, source="console")
    else:
        _begin_again(subscriber, wishes)
    if agreed:
        return confirm(subscriber.pk)
    send(subscriber, Errand.CONFIRM)
    return subscriber


@transaction.atomic
def resend(subscriber_id: int) -> bool:
    """Once more the message that asks to confirm, or the one with the links."""
    subscriber = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)
    if subscriber.state in (SubscriberState.LEFT, SubscriberState.BOUNCED):
        hint = "Only who has the address can subscribe it again, on the status page."
        raise Conflict(f"{subscriber.address} is not subscribed.", hint)
    is_active = subscriber.state == SubscriberState.ACTIVE
    return send(subscriber, Errand.LINKS if is_active else Errand.CONFIRM)


def remove(subscriber_id: int) -> None:
    """Forget the address, and what it was told."""
    Subscriber.objects.filter(pk=subscriber_id).delete()


def forget_unconfirmed(now: datetime, *, most: int = 500) -> int:
    """Addresses that never answered are nobody's to keep."""
    rows = Subscriber.objects.filter(
        state=SubscriberState.PENDING, created_at__lt=now - UNCONFIRMED
    ).exclude(tellings__state=TellState.DUE)
    ids = list(rows.values_list("pk", flat=True)[:most])
    Subscriber.objects.filter(pk__in=ids).delete()
    return len(ids)


def components_of(page: StatusPage, slugs: Iterable[str]) -> list[int]:
    """The ids of components named by slug. Raises Invalid for one that the page does not have."""
    wanted = [slug.strip() for slug in slugs if slug.strip()]
    found = dict(Component.objects.filter(page=page, slug__in=wanted).values_list("slug", "pk"))
    for slug in wanted:
        if slug not in found:
            raise Invalid(f"{page.name} has no component {slug!r}.", field="components")
    return sorted(found.values())
