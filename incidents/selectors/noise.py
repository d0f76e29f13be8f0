"""Silences by where they stand, and what each rule against noise holds back now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Func, JSONField, Min, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from incidents.kernel.matchers import Matcher, all_match
from incidents.models import Alert, Incident, Integration, Severity, Silence
from incidents.selectors import alerts

# A silence that ends within this time while something under it fires is worth a warning.
SOON: Final = timedelta(minutes=30)
MOST_SHOWN: Final = 200
EXAMPLES: Final = 3
# Examples of what is held are taken from among this many alerts, the worst first.
_LOOKED_AT: Final = 300
_MOST_FIRING: Final = 10_000


@dataclass(frozen=True, slots=True)
class Held:
    """The alerts that fire and that one rule holds back: how many, the worst, and some of them."""

    count: int = 0
    worst: Severity | None = None
    examples: Sequence[Alert] = ()

    @property
    def others(self) -> int:
        return self.count - len(self.examples)


NOTHING: Final = Held()


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A silence, what fires under it, and whether that will be heard within half an hour."""

    silence: Silence
    held: Held
    ends_soon: bool


def silences(now: datetime, state: str) -> QuerySet[Silence]:
    """Those that are `pending`, `active` or `expired`; `over` is when each stops, or None."""
    rows = Silence.objects.annotate(over=Coalesce("ended_at", "ends_at"))
    if state == "expired":
        return rows.filter(over__lte=now)
    going = rows.filter(Q(over__isnull=True) | Q(over__gt=now))
    if state == "pending":
        return going.filter(starts_at__gt=now).order_by("starts_at", "pk")
    return going.filter(starts_at__lte=now).order_by(F("over").asc(nulls_last=True), "pk")


def active_rows(incidents: QuerySet[Incident], now: datetime) -> list[SilenceRow]:
    """Active silences: first those that end soon with alerts under them, then by their end."""
    found = list(silences(now, "active")[:MOST_SHOWN])
    held = held_by(incidents, "silence", [str(silence.uuid) for silence in found])
    rows = [row_of(silence, held.get(str(silence.uuid), NOTHING), now) for silence in found]
    return sorted(rows, key=lambda row: (not row.ends_soon, not row.held.count))


def row_of(silence: Silence, held: Held, now: datetime) -> SilenceRow:
    over = silence.over_at
    soon = over is not None and now < over <= now + SOON and silence.starts_at <= now
    return SilenceRow(silence, held, ends_soon=soon and held.count > 0)


def ending_soon(incidents: QuerySet[Incident], now: datetime) -> list[SilenceRow]:
    """Those that end within half an hour with alerts under them. One query when there is none."""
    found = list(silences(now, "active").filter(ends_at__lte=now + SOON)[:MOST_SHOWN])
    if not found:
        return []
    held = held_by(incidents, "silence", [str(silence.uuid) for silence in found])
    rows = [row_of(silence, held.get(str(silence.uuid), NOTHING), now) for silence in found]
    return [row for row in rows if row.ends_soon]


def muted(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """Alerts that fire and for which there is a reason to make no incident, worst first."""
    rows = alerts.firing(incidents)
    return rows.exclude(muted_by=[])


def muted_by(incidents: QuerySet[Incident], kind: str, key: str) -> QuerySet[Alert]:
    """Those of them that one rule is a reason for."""
    return muted(incidents).filter(muted_by__contains=[{"kind": kind, "id": key}])


def held_by(incidents: QuerySet[Incident], kind: str, keys: Sequence[str]) -> Mapping[str, Held]:
    """What each of the rules `keys` of this kind holds back now. Three queries."""
    if not keys:
        return {}
    each = Func(F("muted_by"), function="jsonb_array_elements", output_field=JSONField())
    counted = (
        muted(incidents)
        .order_by()
        .annotate(reason=each)
        .annotate(of=KeyTextTransform("kind", "reason"), key=KeyTextTransform("id", "reason"))
        .values_list("of", "key")
        .annotate(n=Count("pk"), worst=Min("severity__code"))
    )
    found = {key: (n, worst) for of, key, n, worst in counted if of == kind and key in set(keys)}
    if not found:
        return {}
    severities = Severity.objects.in_bulk(field_name="code")
    examples = _examples(muted(incidents)[:_LOOKED_AT], kind)
    return {
        key: Held(n, severities.get(worst), examples.get(key, [])[:EXAMPLES])
        for key, (n, worst) in found.items()
    }


def _examples(rows: Iterable[Alert], kind: str) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in rows:
        for reason in alert.muted_by:
            if reason["kind"] == kind:
                found.setdefault(str(reason["id"]), []).append(alert)
    return found


def firing_that_match(incidents: QuerySet[Incident], wanted: Sequence[Matcher]) -> Held:
    """What fires now and fits, heard or not, among the worst ten thousand."""
    rows = alerts.firing(incidents).defer("description", "annotations", "trail")
    fitting = [a for a in rows[:_MOST_FIRING] if all_match(wanted, a.offered_labels())]
    return Held(len(fitting), fitting[0].severity if fitting else None, fitting[:EXAMPLES])


def storms(now: datetime) -> QuerySet[Integration]:
    """Senders whose new incidents are kept as one at the moment."""
    return Integration.objects.filter(storm_until__gt=now).order_by("name")
