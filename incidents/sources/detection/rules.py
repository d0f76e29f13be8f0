"""Which rules are due, and who works on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from incidents.kernel import clock
from incidents.models import DetectionRule, RuleMode, RuleRun

# The job that judges what is due, and how often it looks, in seconds.
POLL_JOB: Final = "detection.poll"
POLL_EVERY: Final = 5
# Longer than any evaluation may take: a rule whose worker died is taken up by another.
LEASE: Final = timedelta(seconds=90)
_GOLDEN: Final = 0.6180339887498949


def complete() -> QuerySet[DetectionRule]:
    """Rules with all that judging them reads."""
    return DetectionRule.objects.select_related(
        "source", "severity", "service", "integration", "team"
    )


@transaction.atomic
def claim_due(limit: int) -> list[DetectionRule]:
    """Take up to `limit` rules that are due, with their series; nobody else gets them, nor changes
    their series, while the lease lasts."""
    now = clock.now()
    due = (
        complete()
        .prefetch_related("series")
        .select_for_update(skip_locked=True, of=("self",))
        .exclude(mode=RuleMode.OFF)
        .filter(Q(next_due_at__isnull=True) | Q(next_due_at__lte=now))
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
        .order_by(F("next_due_at").asc(nulls_first=True), "pk")
    )
    rules = list(due[:limit])
    DetectionRule.objects.filter(pk__in=[r.pk for r in rules]).update(leased_until=now + LEASE)
    return rules


def give_back(rules: Sequence[DetectionRule]) -> None:
    """Rules that nobody came to: whoever looks next takes them."""
    DetectionRule.objects.filter(pk__in=[rule.pk for rule in rules]).update(leased_until=None)


def still_told() -> list[DetectionRule]:
    """Rules that are live no more while alerts of theirs are open, or that left a trace."""
    off = Q(mode=RuleMode.OFF, series__isnull=False)
    shadow = Q(mode=RuleMode.SHADOW, series__told=True)
    return list(complete().filter(off | shadow).distinct())


def release(rule: DetectionRule, run: RuleRun | None) -> None:
    """Plan the next run, and note how this one went."""
    now = clock.now()
    error = run.error if run else rule.last_error
    DetectionRule.objects.filter(pk=rule.pk).update(
        leased_until=None,
        next_due_at=next_run(rule, now),
        last_run_at=run.started_at if run else rule.last_run_at,
        last_error=error,
        failing_since=(rule.failing_since or now) if error else None,
    )


def next_run(rule: DetectionRule, now: datetime) -> datetime:
    """The rule's own moment within its interval, at least half an interval away.

    Multiples of the golden ratio lie evenly, so that rules made together are not due together.
    """
    interval = rule.interval_seconds
    moment = (rule.pk * _GOLDEN % 1.0) * interval
    wait = (moment - now.timestamp()) % interval
    return now + timedelta(seconds=wait + interval if wait < interval / 2 else wait)
