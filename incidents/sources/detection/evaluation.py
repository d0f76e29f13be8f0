"""One pass over one rule: gather its evidence, judge each series, send signals of what changed.

The run, the state of the series and the signals are written in one transaction, so that a crash
in between leaves the rule to be judged again and nothing said twice.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import DataError, Error, IntegrityError, transaction

from incidents.kernel import clock, outbound, patterns
from incidents.kernel.tokens import digest
from incidents.models import DetectionRule, Finding, NoData, RuleMode, RuleRun, RuleSeries
from incidents.sources.detection import KINDS, Judgement, Verdict, name_of
from incidents.sources.detection.asking import Sources, gather
from incidents.sources.detection.saying import send

log = logging.getLogger(__name__)

NO_DATA: Final = {"no_data": "true"}
Known = Mapping[str, RuleSeries]


@dataclass
class Outcome:
    """What one pass found: the state of each series, and what to say about it."""

    series: list[RuleSeries] = field(default_factory=list)
    fire: list[dict[str, Any]] = field(default_factory=list)
    resolve: list[dict[str, Any]] = field(default_factory=list)

    @property
    def firing(self) -> int:
        return sum(series.firing for series in self.series)


def run(rule: DetectionRule, sources: Sources | None = None) -> RuleRun:
    """Judge `rule` now. A source that is away leaves every series as it was; the run says why."""
    if sources is None:
        with Sources() as own:
            return run(rule, own)
    began = time.monotonic()
    row = RuleRun(rule=rule, started_at=clock.now(), duration_ms=0)
    try:
        judgement = KINDS[rule.kind].judge(rule, gather(rule, sources, at=row.started_at))
        row.duration_ms = round((time.monotonic() - began) * 1000)
        _finish(rule, row, judgement)
    except (DataError, IntegrityError) as error:
        log.warning("what rule %s found cannot be kept: %s", rule.pk, error)
        row = RuleRun(rule=rule, started_at=row.started_at, duration_ms=0)
        row.error = "What it found cannot be kept: the database refuses it."
    except Error:
        raise
    except (outbound.OutboundError, patterns.TooSlow) as error:
        row.error = str(error)
    except Exception as error:
        log.exception("rule %s could not be judged", rule.pk)
        row.error = f"It could not be judged ({type(error).__name__})."
    if row.error:
        row.duration_ms = round((time.monotonic() - began) * 1000)
        _keep(row)
    return row


def _keep(row: RuleRun) -> None:
    """Nothing is left to tell of a rule that was deleted meanwhile."""
    if DetectionRule.objects.filter(pk=row.rule_id).exists():
        row.save()


def _finish(rule: DetectionRule, row: RuleRun, judgement: Judgement) -> None:
    row.series, row.note = len(judgement.verdicts), judgement.note[:300]
    row.worst_value = worst(rule, judgement.verdicts)
    known = {series.fingerprint: series for series in rule.series.all()}
    was_firing = {fingerprint for fingerprint, series in known.items() if series.firing}
    outcome = judge(rule, judgement, known=known, now=row.started_at)
    row.firing = outcome.firing
    if not known and all(series.over_since is None for series in outcome.series):
        row.save()  # As nearly always: nothing was over the line, and nothing is.
    else:
        _save(rule, row, outcome, was_firing=was_firing)


def worst(rule: DetectionRule, verdicts: Sequence[Verdict]) -> float | None:
    """The value nearest to, or farthest over, the line; one that is over before one that is not."""
    over = [v.value for v in verdicts if v.over and v.value is not None]
    values = over or [v.value for v in verdicts if v.value is not None]
    low_is_bad = rule.low_is_bad and KINDS[rule.kind].compares
    return (min if low_is_bad else max)(values, default=None)


@transaction.atomic
def stand_down(rule: DetectionRule) -> None:
    """A rule that is no longer live says that its alerts are over; one that is off forgets."""
    told = list(rule.series.filter(told=True))
    send(rule.integration, [{**_signal(rule, series), "action": "resolve"} for series in told])
    if rule.mode == RuleMode.OFF:
        rule.series.all().delete()
        rule.findings.filter(closed_at__isnull=True).update(closed_at=clock.now())
    else:
        rule.series.filter(told=True).update(told=False)


def judge(rule: DetectionRule, judgement: Judgement, *, known: Known, now: datetime) -> Outcome:
    """Compare the verdicts with what is known of their series. Writes nothing.

    A series over the line for `hold_seconds` fires; one that is back, or gone, is over.
    """
    left, outcome = dict(known), Outcome()
    verdicts = judgement.verdicts
    if not verdicts and rule.no_data == NoData.KEEP:
        outcome.series = list(left.values())
        return outcome
    if not verdicts and rule.no_data == NoData.ALERT and not judgement.note:
        verdicts = [Verdict(NO_DATA, None, over=True, line="The query yields no data")]
    for verdict in verdicts:
        fingerprint = _fingerprint(rule, verdict)
        fresh = RuleSeries(rule=rule, fingerprint=fingerprint, labels=dict(verdict.labels))
        series = left.pop(fingerprint, None) or fresh
        series.value = verdict.value
        _advance(rule, series, over=verdict.over, now=now)
        _say(rule, series, outcome, line=verdict.line)
    for series in left.values():
        series.value = None
        _advance(rule, series, over=False, now=now)
        _say(rule, series, outcome)
    return outcome


def _fingerprint(rule: DetectionRule, verdict: Verdict) -> str:
    return digest(f"{rule.pk}\0{name_of(verdict.labels)}")


def _advance(rule: DetectionRule, series: RuleSeries, *, over: bool, now: datetime) -> None:
    series.over_since = (series.over_since or now) if over else None
    series.firing = (
        series.over_since is not None
        and (now - series.over_since).total_seconds() >= rule.hold_seconds
    )


def _say(rule: DetectionRule, series: RuleSeries, outcome: Outcome, *, line: str = "") -> None:
    """Firing series are told each time, as monitoring systems do: a lost word is made good."""
    outcome.series.append(series)
    said = _signal(rule, series, line=line)
    if series.firing:
        outcome.fire.append(said | {"action": "fire"})
    elif series.over_since is None:
        outcome.resolve.append(said | {"action": "resolve"})


def _signal(rule: DetectionRule, series: RuleSeries, *, line: str = "") -> dict[str, Any]:
    value = "" if series.value is None else f"{series.value:.6g}"
    drawn = line or f"{rule.get_comparator_display()} {rule.threshold:g}"
    return {
        "fingerprint": series.fingerprint,
        "title": rule.name,
        "description": _described(rule, value, line),
        "severity": rule.severity.code,
        "service": rule.service.slug if rule.service else "",
        "value": value,
        "at": series.over_since.isoformat() if series.over_since else None,
        "labels": series.labels,
        "annotations": {
            "query": rule.query,
            "threshold": drawn,
            "rule": str(rule.pk),
            **({"team": rule.team.slug} if rule.team else {}),
            **({"runbook": rule.runbook} if rule.runbook else {}),
        },
    }


def _described(rule: DetectionRule, value: str, line: str) -> str:
    if not value:
        return line
    if KINDS[rule.kind].compares:
        return f"{value} is {line or f'{rule.get_comparator_display()} {rule.threshold:g}'}"
    return f"{value}: {line}" if line else value


@transaction.atomic
def _save(rule: DetectionRule, row: RuleRun, outcome: Outcome, *, was_firing: set[str]) -> None:
    """Only series that were told of have something to resolve; quiet ones are not remembered."""
    told = {series.fingerprint for series in outcome.series if series.told}
    live = rule.mode == RuleMode.LIVE
    resolved = [s for s in outcome.resolve if s["fingerprint"] in told]
    row.save()
    kept = [series for series in outcome.series if series.over_since is not None]
    for series in kept:
        series.told = series.told or (live and series.firing)
    _remember(rule, kept)
    _write_findings(rule, outcome, was_firing=was_firing, now=row.started_at)
    send(rule.integration, (outcome.fire if live else []) + resolved)


def _remember(rule: DetectionRule, kept: Sequence[RuleSeries]) -> None:
    rule.series.exclude(pk__in=[series.pk for series in kept if series.pk]).delete()
    RuleSeries.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["rule", "fingerprint"],
        update_fields=["over_since", "firing", "told", "value"],
    )


def _write_findings(
    rule: DetectionRule, outcome: Outcome, *, was_firing: set[str], now: datetime
) -> None:
    firing = {series.fingerprint: series for series in outcome.series if series.firing}
    over = was_firing - firing.keys()
    if over:
        rule.findings.filter(fingerprint__in=over, closed_at__isnull=True).update(closed_at=now)
    fresh = firing.keys() - was_firing
    if fresh:
        Finding.objects.bulk_create(
            [
                Finding(
                    rule=rule,
                    fingerprint=fingerprint,
                    mode=rule.mode,
                    labels=firing[fingerprint].labels,
                    value=firing[fingerprint].value,
                    opened_at=now,
                )
                for fingerprint in sorted(fresh)
            ],
            ignore_conflicts=True,
        )
