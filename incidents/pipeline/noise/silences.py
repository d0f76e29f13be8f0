"""The verbs of silences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.kernel.matchers import Matcher, all_match, checked
from incidents.models import Alert, AlertState, Silence

LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a silence is to be. `ends_at` may be None only with `until_resolved`."""

    matchers: Sequence[Matcher]
    starts_at: datetime
    ends_at: datetime | None
    comment: str
    creator: str
    until_resolved: bool = False


@transaction.atomic
def silence(*, draft: Draft, actor: Actor) -> Silence:
    """Make a silence. Raises Invalid for one that ends before it starts or is already over."""
    now = clock.now()
    _check(draft, now)
    found = Silence(
        matchers=[matcher.as_data() for matcher in draft.matchers],
        starts_at=max(draft.starts_at, now),
        ends_at=draft.ends_at,
        until_resolved=draft.until_resolved,
        comment=draft.comment.strip(),
        creator=draft.creator.strip()[:150] or actor.name,
        created_by_id=actor.user_id,
    )
    found.save()
    bus.wake_engine()
    return found


@transaction.atomic
def change(*, silence_uuid: UUID, draft: Draft, actor: Actor) -> Silence:
    """Change a silence. One that is over, that has begun and gets another beginning, or that gets
    other matchers, ends, and a new one takes its place, as in Alertmanager."""
    now = clock.now()
    old = _locked(silence_uuid)
    _check(draft, now)
    same_matchers = old.matchers == [matcher.as_data() for matcher in draft.matchers]
    begun = old.starts_at <= now
    if old.state_at(now) == "expired" or not same_matchers or (begun and draft.starts_at > now):
        if old.state_at(now) != "expired":
            _end(old, now, f"replaced by {actor.name}")
        return silence(draft=draft, actor=actor)
    old.starts_at = old.starts_at if begun else draft.starts_at
    old.ends_at, old.until_resolved = draft.ends_at, draft.until_resolved
    old.comment = draft.comment.strip()
    old.creator = draft.creator.strip()[:150] or old.creator
    old.save()
    bus.wake_engine()
    return old


@transaction.atomic
def expire(*, silence_uuid: UUID, actor: Actor) -> Silence:
    """End it now. Raises Conflict when it is over already."""
    now = clock.now()
    found = _locked(silence_uuid)
    if found.state_at(now) == "expired":
        raise Conflict("This silence is over already.", "Make a new one.")
    _end(found, now, f"ended by {actor.name}")
    bus.wake_engine()
    return found


def _end(found: Silence, now: datetime, why: str) -> None:
    found.ended_at, found.ended_why = now, why[:200]
    found.save(update_fields=["ended_at", "ended_why"])


def _locked(silence_uuid: UUID) -> Silence:
    found = Silence.objects.select_for_update().filter(uuid=silence_uuid).first()
    if found is None:
        raise NotFound("There is no such silence.")
    return found


def _check(draft: Draft, now: datetime) -> None:
    checked(draft.matchers)
    if not draft.comment.strip():
        raise Invalid("Say why it is silenced.", "Others will ask.", field="comment")
    if draft.ends_at is None:
        if not draft.until_resolved:
            hint = "Give an end, or choose “until it is over”."
            raise Invalid("A silence needs an end.", hint, field="ends_at")
    else:
        _check_times(draft.starts_at, draft.ends_at, now)
    if draft.until_resolved and draft.starts_at <= now and not _silences_something(draft):
        told = "Nothing that fires now matches: there is nothing to wait for."
        raise Invalid(told, "Choose an end, or other matchers.", field="matchers")


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid("It ends before it starts.", "Choose a later end.", field="ends_at")
    if ends_at <= now:
        raise Invalid("Its end is in the past.", "Choose a later end.", field="ends_at")
    if ends_at - max(starts_at, now) > LONGEST:
        hint = "What is to be quiet for good belongs into a routing rule."
        raise Invalid("A silence lasts a year at most.", hint, field="ends_at")


def _silences_something(draft: Draft) -> bool:
    rows = Alert.objects.exclude(state=AlertState.RESOLVED)
    firing = rows.select_related("severity", "service", "integration").order_by("-pk")
    return any(
        all_match(draft.matchers, alert.offered_labels())
        for alert in firing.iterator(chunk_size=500)
    )
