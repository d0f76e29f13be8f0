"""Who watches the detectors: one that has seen nothing for some intervals opens an alert itself."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Min, Q

from incidents.kernel import clock
from incidents.kernel.durations import spoken
from incidents.kernel.text import fingerprint
from incidents.models import (
    Alert,
    AlertState,
    DetectionRule,
    Integration,
    JobRun,
    RuleMode,
    TelemetrySource,
)
from incidents.sources.detection.rules import POLL_JOB
from incidents.sources.detection.saying import send

# A source, or a rule by itself, that failed for so many intervals is blind.
INTERVALS: Final = 3
LEAST: Final = timedelta(seconds=60)
SEVERITY: Final = "warning"
# Live rules that nobody judged for so long after they were due.
OVERDUE: Final = timedelta(minutes=3)


def look() -> None:
    """Open an alert for each source and each live rule that has gone blind; close those that see.

    Only what live rules depend on counts. A rule whose source is down is not told of as well.
    """
    with transaction.atomic():
        signals = [*_sources(clock.now()), *_rules(clock.now())]
        if signals:
            send(Integration.of_our_own("detection", "Detection"), signals)


def look_at_polls(since: datetime) -> int:
    """Open an alert when live rules are not judged, whoever should have judged them; close it when
    they are. The engine asks, which lives without workers; `since` is when it began to look."""
    now, live = clock.now(), DetectionRule.objects.filter(mode=RuleMode.LIVE)
    newest = JobRun.objects.filter(job=POLL_JOB).aggregate(newest=Max("slot"))["newest"]
    late = live.filter(next_due_at__lt=now - OVERDUE).count()
    quiet = now - max(newest or since, since)
    blind = now - since >= OVERDUE and live.exists() and (late > 0 or quiet >= OVERDUE)
    if blind or _is_told():
        text = f"{late} live rules are overdue. Look at the worker and at beat."
        title = "Detection is blind: rules are not judged"
        said = _signal("polls", title, text if blind else "They are judged again.", blind=blind)
        with transaction.atomic():
            send(Integration.of_our_own("detection", "Detection"), [said])
    return 0


def _is_told() -> bool:
    rows = Alert.objects.filter(integration__kind="detection").exclude(state=AlertState.RESOLVED)
    return rows.filter(fingerprint=fingerprint("blind", "polls")).exists()


def _sources(now: datetime) -> list[dict[str, Any]]:
    live = Q(rules__mode=RuleMode.LIVE)
    rows = TelemetrySource.objects.filter(Q(failing_since__isnull=False) | Q(blind=True))
    said = []
    for source in rows.annotate(every=Min("rules__interval_seconds", filter=live)):
        blind = source.every is not None and _too_long(source.failing_since, source.every, now)
        if blind != source.blind:
            TelemetrySource.objects.filter(pk=source.pk).update(blind=blind)
        if blind or source.blind:
            title = f"Detection is blind: {source.name} does not answer"
            text = _text(source.failing_since, source.last_error, now)
            said.append(_signal(f"source:{source.pk}", title, text, blind=blind))
    return said


def _rules(now: datetime) -> list[dict[str, Any]]:
    rows = DetectionRule.objects.filter(Q(failing_since__isnull=False) | Q(blind=True))
    said = []
    for rule in rows.select_related("source"):
        source_down = rule.source is not None and rule.source.failing_since is not None
        blind = (
            rule.mode == RuleMode.LIVE
            and not source_down
            and _too_long(rule.failing_since, rule.interval_seconds, now)
        )
        if blind != rule.blind:
            DetectionRule.objects.filter(pk=rule.pk).update(blind=blind)
        if blind or rule.blind:
            title = f"Detection is blind: “{rule.name}” cannot be judged"
            text = _text(rule.failing_since, rule.last_error, now)
            said.append(_signal(f"rule:{rule.pk}", title, text, blind=blind))
    return said


def _too_long(since: datetime | None, every: float, now: datetime) -> bool:
    return since is not None and now - since >= max(LEAST, timedelta(seconds=every * INTERVALS))


def _text(since: datetime | None, error: str, now: datetime) -> str:
    if since is None:
        return "It can be judged again."
    return f"For {spoken((now - since).total_seconds())}: {error}"


def _signal(name: str, title: str, text: str, *, blind: bool) -> dict[str, Any]:
    return {
        "action": "fire" if blind else "resolve",
        "fingerprint": fingerprint("blind", name),
        "title": title,
        "description": text,
        "severity": SEVERITY,
        "labels": {"detector": name},
    }
