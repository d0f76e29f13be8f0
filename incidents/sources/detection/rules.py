"""Which rules are due, and who works on them."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from incidents.kernel import clock
from incidents.models import DetectionRule

# Longer than any evaluation may take: a rule whose worker died is taken up by another.
LEASE: Final = timedelta(seconds=90)


@transaction.atomic
def claim_due(limit: int) -> list[DetectionRule]:
    """Take up to `limit` rules that are due; nobody else gets them while the lease lasts."""
    now = clock.now()
    due = (
        DetectionRule.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(next_due_at__isnull=True) | Q(next_due_at__lte=now), enabled=True)
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
        .select_related("source", "severity", "service", "integration")
        .order_by(F("next_due_at").asc(nulls_first=True), "pk")
    )
    rules = list(due[:limit])
    DetectionRule.objects.filter(pk__in=[r.pk for r in rules]).update(leased_until=now + LEASE)
    return rules


def disabled_but_firing() -> list[DetectionRule]:
    """Rules that were switched off while alerts of theirs were open."""
    rows = DetectionRule.objects.filter(enabled=False, series__firing=True).distinct()
    return list(rows.select_related("source", "severity", "service", "integration"))


def release(rule: DetectionRule) -> None:
    """Plan the next run at the rule's interval from now on."""
    DetectionRule.objects.filter(pk=rule.pk).update(
        leased_until=None, next_due_at=clock.now() + timedelta(seconds=rule.interval_seconds)
    )
