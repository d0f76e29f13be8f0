"""Writing the copies that are behind: leased, written without a transaction, then marked."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from incidents.kernel import clock, secrets
from incidents.kernel.errors import DomainError
from statuspage.models import Mirror, MirrorKind
from statuspage.services.mirroring.bundle import Unwritten, bundle
from statuspage.services.mirroring.kinds import KINDS

log = logging.getLogger(__name__)

# Longer than a task may take.
LEASE: Final = timedelta(seconds=150)
# A copy that says "as of" must not say so of yesterday because nothing happened since.
REFRESH: Final = timedelta(minutes=10)
BACKOFF: Final = (15, 30, 60, 120, 300, 600, 1800, 3600)
_MOST: Final = 20


def write_due() -> int:
    """Write each copy that is behind its page; returns how many were tried."""
    for done in range(_MOST):
        mirror = _lease(clock.now())
        if mirror is None:
            return done
        _write(mirror)
    return _MOST


def write_again(mirror_id: int) -> None:
    """At the next turn, in full, whatever failed before."""
    rows = Mirror.objects.filter(pk=mirror_id)
    rows.update(wrote_version=0, wrote_at=None, next_due_at=None, failures=0)


@transaction.atomic
def _lease(now: datetime) -> Mirror | None:
    lasting = [kind for kind, found in KINDS.items() if found.is_kept_fresh]
    is_old = Q(kind__in=lasting, wrote_at__lte=now - REFRESH)
    is_behind = (
        Q(wrote_at=None)
        | Q(wrote_version__lt=F("page__rendered_version"))
        | ~Q(wrote_edition=F("page__edition"))
    )
    mirror = (
        Mirror.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("page")
        .filter(is_behind | is_old, enabled=True, page__rendered_at__isnull=False)
        .filter(Q(next_due_at=None) | Q(next_due_at__lte=now))
        .order_by("tried_at", "pk")
        .first()
    )
    if mirror is not None:
        mirror.tried_at, mirror.next_due_at = now, now + LEASE
        mirror.save(update_fields=["tried_at", "next_due_at"])
    return mirror


def _write(mirror: Mirror) -> None:
    now = clock.now()
    version, edition = mirror.page.rendered_version, mirror.page.edition
    try:
        files = bundle(mirror.page, now, base=str(mirror.options.get("base", "")))
        kind = KINDS[MirrorKind(mirror.kind)]
        kind.write(files, mirror.options, secrets.unseal(mirror.secret))
    except (Unwritten, DomainError, secrets.Unreadable) as error:
        _failed(mirror, str(error), now)
    except Exception as error:
        log.exception("%s could not be written", mirror)
        _failed(mirror, f"{type(error).__name__}: {error}", now)
    else:
        Mirror.objects.filter(pk=mirror.pk).update(
            wrote_version=version,
            wrote_edition=edition,
            wrote_at=now,
            files=len(files),
            failures=0,
            error="",
            next_due_at=None,
        )


def _failed(mirror: Mirror, error: str, now: datetime) -> None:
    wait = timedelta(seconds=BACKOFF[min(mirror.failures, len(BACKOFF) - 1)])
    Mirror.objects.filter(pk=mirror.pk).update(
        failures=F("failures") + 1, error=error[:500], next_due_at=now + wait
    )
