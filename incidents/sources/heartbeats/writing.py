"""What people do with heartbeats; a change of the schedule counts from now on."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify

from incidents.kernel import clock, tokens
from incidents.kernel import secrets as sealing
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Heartbeat, HeartbeatState
from incidents.sources.heartbeats import turns, watch
from incidents.sources.heartbeats.schedule import check
from incidents.sources.heartbeats.turns import Turn

MOST: Final = 20_000
_SCHEDULE: Final = frozenset({"schedule", "interval_seconds", "cron", "time_zone", "grace_seconds"})
_CHANGEABLE: Final = _SCHEDULE | {"name", "description", "service", "severity"}
# Words that stand in addresses where a heartbeat's own could.
_TAKEN: Final = frozenset({"new", "preview"})


@transaction.atomic
def create(given: Mapping[str, Any]) -> Heartbeat:
    """A new heartbeat, which waits for its first ping. Without `slug` its name makes one.

    Raises Invalid or Conflict.
    """
    if Heartbeat.objects.count() >= MOST:
        raise Conflict(f"There are {MOST} heartbeats, and no more fit.", "Delete one.")
    heartbeat = Heartbeat(slug=given.get("slug") or "")
    _assign(heartbeat, {name: value for name, value in given.items() if name != "slug"})
    heartbeat.slug = _slug(heartbeat)
    _new_key(heartbeat)
    heartbeat.save()
    return heartbeat


@transaction.atomic
def change(slug: str, changes: Mapping[str, Any]) -> Heartbeat:
    """Change what `changes` names. Raises NotFound or Invalid."""
    heartbeat = locked(slug)
    before = {name: getattr(heartbeat, name) for name in _SCHEDULE}
    _assign(heartbeat, changes)
    anew = before != {name: getattr(heartbeat, name) for name in _SCHEDULE}
    if anew and heartbeat.state == HeartbeatState.UP:
        turns.start_over(heartbeat, clock.now())
    heartbeat.save()
    return heartbeat


def _assign(heartbeat: Heartbeat, changes: Mapping[str, Any]) -> None:
    unknown = sorted(set(changes) - _CHANGEABLE)
    if unknown:
        raise Invalid(f"{unknown[0]!r} of a heartbeat cannot be changed.", field=unknown[0])
    for name, value in changes.items():
        setattr(heartbeat, name, value.strip() if isinstance(value, str) else value)
    if not heartbeat.name:
        raise Invalid("A heartbeat needs a name.", "Say what pings.", field="name")
    check(heartbeat)


def _slug(heartbeat: Heartbeat) -> str:
    """The one that was asked for, else one of its name that is free."""
    used = Heartbeat.objects.filter(slug__startswith=heartbeat.slug or _word(heartbeat))
    taken = _TAKEN.union(used.values_list("slug", flat=True))
    if heartbeat.slug:
        if heartbeat.slug in taken:
            hint = "Choose another."
            raise Conflict(f"The word “{heartbeat.slug}” is taken.", hint)
        return heartbeat.slug
    word = _word(heartbeat)
    others = (f"{word}-{number}" for number in range(2, MOST + 3))
    return next(slug for slug in (word, *others) if slug not in taken)


def _word(heartbeat: Heartbeat) -> str:
    return slugify(heartbeat.name)[:50].strip("-") or "heartbeat"


def _new_key(heartbeat: Heartbeat) -> None:
    key = tokens.new_token("isb")
    heartbeat.key_hash, heartbeat.sealed_key = tokens.digest(key), sealing.seal(key)


@transaction.atomic
def rotate(slug: str) -> Heartbeat:
    """Give it another address: the old one stops working at once."""
    heartbeat = locked(slug)
    _new_key(heartbeat)
    heartbeat.save(update_fields=["key_hash", "sealed_key"])
    return heartbeat


@transaction.atomic
def pause(slug: str) -> Heartbeat:
    """Watch it no more; an alert that it has open is over."""
    heartbeat = locked(slug)
    _end_alert(heartbeat)
    turns.pause(heartbeat)
    heartbeat.save()
    return heartbeat


@transaction.atomic
def resume(slug: str) -> Heartbeat:
    heartbeat = locked(slug)
    if heartbeat.state == HeartbeatState.PAUSED:
        turns.start_over(heartbeat, clock.now())
        heartbeat.save()
    return heartbeat


@transaction.atomic
def delete(slug: str) -> None:
    heartbeat = locked(slug)
    _end_alert(heartbeat)
    heartbeat.delete()


def _end_alert(heartbeat: Heartbeat) -> None:
    if heartbeat.state == HeartbeatState.DOWN:
        watch.tell([(heartbeat, Turn(clock.now()))])


def locked(slug: str) -> Heartbeat:
    rows = Heartbeat.objects.select_for_update(of=("self",)).select_related("severity", "service")
    heartbeat = rows.filter(slug=slug).first()
    if heartbeat is None:
        raise NotFound("There is no such heartbeat.", "It may have been deleted.")
    return heartbeat
