"""The verbs that change versions: one draft is edited, published, and never changed again.

Each takes the lock of the routing, checks, writes, leaves a line in the log and returns the
version. Raises NotFound for an unknown number, Conflict for what its state does not allow, Invalid
for a document that is none.
"""

from collections.abc import Callable
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, NotFound
from incidents.models import RoutingEntry, RoutingTally, RoutingVersion, VersionState
from incidents.pipeline.routing.document import Tables, checked

Rules = list[dict[str, Any]]
_LOCK: Final = 7_461_400
_NOTE: Final = 300


def _lock() -> None:
    """One change at a time; it is given back when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def found(number: int) -> RoutingVersion:
    version = RoutingVersion.objects.filter(number=number).first()
    if version is None:
        raise NotFound(f"There is no version {number} of the routing.")
    return version


def in_state(state: VersionState) -> RoutingVersion | None:
    return RoutingVersion.objects.filter(state=state).first()


def _tell(version: RoutingVersion, what: str, actor: Actor) -> RoutingVersion:
    RoutingEntry.objects.create(
        version=version, actor_name=actor.name, actor_handle=actor.handle, what=what[:400]
    )
    return version


def _new(document: Any, actor: Actor, *, note: str = "") -> RoutingVersion:
    last = RoutingVersion.objects.aggregate(last=Max("number"))["last"] or 0
    return RoutingVersion(
        number=last + 1,
        document=document,
        note=note[:_NOTE],
        author_id=actor.user_id,
        author_name=actor.name[:150],
    )


@transaction.atomic
def start_draft(*, actor: Actor, copy_of: int | None = None) -> RoutingVersion:
    """A draft with the rules of version `copy_of`, or of the live one; Conflict if there is one."""
    _lock()
    existing = in_state(VersionState.DRAFT)
    if existing is not None:
        told = f"There is a draft already: version {existing.number}."
        raise Conflict(told, "Publish or discard it first.")
    source = found(copy_of) if copy_of else in_state(VersionState.LIVE)
    version = _new(source.document if source else {"rules": []}, actor)
    version.save()
    of = f" as a copy of version {source.number}" if source else ""
    return _tell(version, f"began the draft{of}", actor)


def _draft(revision: int | None, actor: Actor) -> RoutingVersion:
    version = in_state(VersionState.DRAFT) or start_draft(actor=actor)
    if revision is not None and revision != version.revision:
        told = "Somebody else has changed the draft since you opened it."
        raise Conflict(told, "Open it again: what they did is kept.")
    return version


@transaction.atomic
def write_draft(
    *, document: Any, actor: Actor, note: str | None = None, revision: int | None = None
) -> RoutingVersion:
    """Let the draft say this, and begin one where there is none."""
    _lock()
    version = _draft(revision, actor)
    known = {str(rule["name"]): str(rule["id"]) for rule in version.rules}
    told = checked(document, Tables.load(), known=known)
    if told != version.document:
        version.document = told
        version.revision += 1
        version.changed_at = clock.now()
    if note is not None:
        version.note = note[:_NOTE]
    version.save()
    return version


@transaction.atomic
def change_draft(
    *, change: Callable[[Rules], Rules], actor: Actor, revision: int | None = None
) -> RoutingVersion:
    """Let `change` make new rules of the draft's rules; begins a draft where there is none."""
    _lock()
    version = _draft(revision, actor)
    rules = change([dict(rule) for rule in version.rules])
    return write_draft(document={"rules": rules}, actor=actor)


@transaction.atomic
def discard_draft(*, actor: Actor) -> None:  # noqa: ARG001  a verb names who asks
    _lock()
    version = in_state(VersionState.DRAFT)
    if version is None:
        raise NotFound("There is no draft.")
    version.delete()


def is_simulated(version: RoutingVersion) -> bool:
    """Whether it has been simulated since its last change."""
    return version.simulations.filter(revision=version.revision).exists()


def left_out(version: RoutingVersion) -> list[str]:
    """What is usually done before a version goes live and was not, as sentences."""
    told = []
    if not is_simulated(version):
        told.append("It has not been simulated since its last change.")
    if version.shadow_at is None:
        told.append("It has not run in shadow.")
    elif not RoutingTally.objects.filter(version=version, seen__gt=0).exists():
        told.append("It has seen no signal in shadow.")
    return told


def _retire(version: RoutingVersion | None) -> None:
    if version is not None:
        version.state = VersionState.RETIRED
        version.retired_at = clock.now()
        version.save()


@transaction.atomic
def to_shadow(*, number: int, actor: Actor, note: str = "") -> RoutingVersion:
    """From now on it is asked beside the live version, and nothing it says is done."""
    _lock()
    version = found(number)
    if version.state != VersionState.DRAFT:
        raise Conflict(f"{version} is no draft.", "Only a draft goes into shadow.")
    if not is_simulated(version):
        told = f"{version} has not been simulated since its last change."
        raise Conflict(told, "Simulate it first.")
    _retire(in_state(VersionState.SHADOW))
    version.state, version.shadow_at = VersionState.SHADOW, clock.now()
    version.note = note[:_NOTE] or version.note
    version.save()
    RoutingTally.objects.get_or_create(version=version)
    return _tell(version, "put it into shadow", actor)


@transaction.atomic
def go_live(
    *, number: int, actor: Actor, note: str = "", confirmed: bool = False
) -> RoutingVersion:
    """From the next signal on it decides. Unless `confirmed`, Conflict names what was left out."""
    _lock()
    version = found(number)
    if version.state not in (VersionState.DRAFT, VersionState.SHADOW):
        hint = "Roll back to it, or copy it into a draft."
        raise Conflict(f"{version} is {version.get_state_display().lower()}.", hint)
    missing = left_out(version)
    if missing and not confirmed:
        raise Conflict(" ".join(missing), "Do that first, or confirm that it goes live without.")
    without = f" although: {' '.join(missing)}" if missing else ""
    return _publish(version, f"put it live{without}", actor, note)


def _publish(version: RoutingVersion, what: str, actor: Actor, note: str = "") -> RoutingVersion:
    _retire(in_state(VersionState.LIVE))
    version.state, version.published_at = VersionState.LIVE, clock.now()
    version.note = note[:_NOTE] or version.note
    version.save()
    # What it matched in shadow is another story than what it does now.
    RoutingTally.objects.filter(version=version).delete()
    RoutingTally.objects.create(version=version)
    return _tell(version, what, actor)


@transaction.atomic
def roll_back(*, number: int, actor: Actor, note: str = "") -> RoutingVersion:
    """A new version with the rules of an old one that was live, live at once."""
    _lock()
    old = found(number)
    if old.published_at is None:
        raise Conflict(f"{old} has never been live.", "Copy it into a draft instead.")
    if old.state == VersionState.LIVE:
        raise Conflict(f"{old} is live.", "There is nothing to roll back to.")
    version = _new(old.document, actor, note=note or f"Back to version {old.number}")
    return _publish(version, f"rolled back to version {old.number}", actor)


@transaction.atomic
def stop(*, number: int, actor: Actor) -> RoutingVersion:
    """Take a version out of work; without a live one, signals pass as they come."""
    _lock()
    version = found(number)
    if version.state not in (VersionState.LIVE, VersionState.SHADOW):
        raise Conflict(f"{version} is not at work.", "Only a live one or one in shadow is.")
    what = "switched routing off" if version.state == VersionState.LIVE else "ended the shadow"
    _retire(version)
    return _tell(version, what, actor)
