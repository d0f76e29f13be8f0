"""Alerts whose labels fit matchers, found by looking at a bounded number of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from incidents.kernel.matchers import Matcher, all_match
from incidents.models import Alert

# Matchers are those of silences, so they are asked here and not in SQL, whose patterns differ.
MOST: Final = 10_000
SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Fitting:
    """`looked_at` is set where there were more alerts than could be looked at."""

    keys: Sequence[int]
    looked_at: int = 0


def fitting(rows: QuerySet[Alert], matchers: Sequence[Matcher]) -> Fitting:
    """The newest of `rows` that fit all matchers. One query."""
    deadline = time.monotonic() + SECONDS
    newest = rows.only(
        *("title", "labels", "fingerprint", "severity__code", "service__slug"),
        *("integration__name", "incident_id"),
    )
    newest = newest.select_related(None).select_related("severity", "service", "integration")
    found: list[int] = []
    for looked_at, alert in enumerate(newest.order_by("-started_at", "-pk")[: MOST + 1]):
        if looked_at == MOST or time.monotonic() > deadline:
            return Fitting(found, looked_at)
        if all_match(matchers, alert.offered_labels()):
            found.append(alert.pk)
    return Fitting(found)
