"""One pass over one rule: ask its source, judge each series, send signals of what changed.

The run, the state of the series and the signals are written in one transaction, so that a crash
in between leaves the rule to be judged again and nothing said twice.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import Error, transaction

from incidents.events.bus import wake_engine
from incidents.kernel import clock, outbound
from incidents.kernel.tokens import digest
from incidents.models import Comparator, DetectionRule, RuleRun, RuleSeries, Signal
from incidents.sources.detection import KINDS
from incidents.telemetry import prometheus
from incidents.telemetry.prometheus import Sample

log = logging.getLogger(__name__)

ADAPTER: Final = "detection"
MAX_SERIES: Final = 1000


@dataclass
class Outcome:
    """What one pass found: the state of each series, and what to say about it."""

    series: list[RuleSeries] = field(default_factory=list)
    fire: list[dict[str, Any]] = field(default_factory=list)
    resolve: list[dict[str, Any]] = field(default_factory=list)

    @property
    def firing(self) -> int:
        return sum(series.firing for series in self.series)


def run(rule: DetectionRule) -> RuleRun:
    """Judge `rule` now. A source that is away leaves every series as it was; the run says why."""
    began = time.monotonic()
    row = RuleRun(rule=rule, started_at=clock.now(), duration_ms=0)
    try:
        samples = _ask(rule)
        row.duration_ms = round((time.monotonic() - began) * 1000)
        row.series, row.worst_value = len(samples), _worst(rule, samples)
        outcome = judge(rule, samples, now=row.started_at)
        row.firing = outcome.firing
        _save(rule, row, outcome)
    except Error:
        raise
    except outbound.OutboundError as error:
        row.error = str(error)
    except Exception as error:
        log.exception("rule %s could not be judged", rule.pk)
        row.error = f"It could not be judged ({type(error).__name__})."
    if row.error:
        row.duration_ms = round((time.monotonic() - began) * 1000)
        row.save()
    return row


def _worst(rule: DetectionRule, samples: Sequence[Sample]) -> float | None:
    """The value nearest to, or farthest over, the line."""
    low_is_bad = rule.comparator in {Comparator.BELOW, Comparator.AT_MOST}
    values = [sample.value for sample in samples]
    return (min if low_is_bad else max)(values, default=None)


def stand_down(rule: DetectionRule) -> None:
    """A rule that is no longer judged says that its alerts are over."""
    with transaction.atomic():
        outcome = judge(rule, [], now=clock.now())
        _send(rule, outcome.resolve)
        rule.series.all().delete()


def _ask(rule: DetectionRule) -> list[Sample]:
    with outbound.client(timeout=rule.source.timeout_seconds) as http:
        samples = prometheus.query(http, rule.source.url, rule.query)
    if len(samples) > MAX_SERIES:
        raise outbound.OutboundError(
            f"The query yields {len(samples)} series; at most {MAX_SERIES} are judged. Aggregate.",
            permanent=True,
        )
    return samples


def judge(rule: DetectionRule, samples: Sequence[Sample], *, now: datetime) -> Outcome:
    """Compare the samples with what is known of their series. Writes nothing.

    A series over the line for `hold_seconds` fires; one that is back, or gone, is over.
    """
    known = {series.fingerprint: series for series in rule.series.all()}
    outcome = Outcome()
    for sample, over in zip(samples, KINDS[rule.kind](rule, samples), strict=True):
        fingerprint = _fingerprint(rule, sample)
        fresh = RuleSeries(rule=rule, fingerprint=fingerprint, labels=sample.labels)
        series = known.pop(fingerprint, None) or fresh
        series.value = sample.value
        _advance(rule, series, over=over, now=now)
        _say(rule, series, outcome)
    for series in known.values():
        series.value = None
        _advance(rule, series, over=False, now=now)
        _say(rule, series, outcome)
    return outcome


def _fingerprint(rule: DetectionRule, sample: Sample) -> str:
    labels = "\0".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
    return digest(f"{rule.pk}\0{labels}")


def _advance(rule: DetectionRule, series: RuleSeries, *, over: bool, now: datetime) -> None:
    series.over_since = (series.over_since or now) if over else None
    series.firing = (
        series.over_since is not None
        and (now - series.over_since).total_seconds() >= rule.hold_seconds
    )


def _say(rule: DetectionRule, series: RuleSeries, outcome: Outcome) -> None:
    """Firing series are told each time, as monitoring systems do: a lost word is made good."""
    outcome.series.append(series)
    said = _signal(rule, series)
    if series.firing:
        outcome.fire.append(said | {"action": "fire"})
    elif series.over_since is None:
        outcome.resolve.append(said | {"action": "resolve"})


def _signal(rule: DetectionRule, series: RuleSeries) -> dict[str, Any]:
    value = "" if series.value is None else f"{series.value:g}"
    line = f"{rule.get_comparator_display()} {rule.threshold:g}"
    return {
        "fingerprint": series.fingerprint,
        "title": rule.name,
        "description": f"{value} is {line}" if value else "",
        "severity": rule.severity.code,
        "service": rule.service.slug if rule.service else "",
        "value": value,
        "at": series.over_since.isoformat() if series.over_since else None,
        "labels": series.labels,
        "annotations": {"query": rule.query, "threshold": line},
    }


@transaction.atomic
def _save(rule: DetectionRule, row: RuleRun, outcome: Outcome) -> None:
    """Only series that were firing have something to resolve; quiet ones are not remembered."""
    was_firing = set(rule.series.filter(firing=True).values_list("fingerprint", flat=True))
    signals = outcome.fire + [s for s in outcome.resolve if s["fingerprint"] in was_firing]
    rule.series.all().delete()
    RuleSeries.objects.bulk_create(
        [
            RuleSeries(
                rule=rule,
                fingerprint=series.fingerprint,
                labels=series.labels,
                over_since=series.over_since,
                firing=series.firing,
                value=series.value,
            )
            for series in outcome.series
            if series.over_since is not None
        ]
    )
    row.save()
    _send(rule, signals)


def _send(rule: DetectionRule, signals: Sequence[dict[str, Any]]) -> None:
    if not signals:
        return
    Signal.objects.create(
        integration=rule.integration,
        adapter=ADAPTER,
        delivery_id=uuid.uuid4(),
        body=msgspec.json.encode(signals),
    )
    wake_engine()
