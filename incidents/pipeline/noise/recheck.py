"""What waits: alerts whose silence ends, groups whose time is up, conditions nobody speaks of.

Runs in the engine under the lock of intake, so that no alert is folded meanwhile.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel import clock, durations, row_locks
from incidents.kernel.actor import Actor
from incidents.models import OVER, Alert, AlertState, Incident, Silence
from incidents.pipeline import correlation
from incidents.pipeline.noise import rules
from incidents.pipeline.noise.judging import judge

BATCH: Final = 500
_ENGINE: Final = Actor.system("engine")
_JUDGED: Final = (
    *("incident", "why", "correlation_key", "muted_by", "held", "untold", "recheck_at", "trail"),
)
# What was in force when the open alerts were last judged; None: not since this process began.
_in_force: frozenset[str] | None = None


def work() -> int:
    """One bounded piece; returns how many rows were dealt with."""
    now = clock.now()
    marked = _mark_when_rules_changed(now)
    done = _due(now) + _unheard(now) + _reminders(now)
    if not done and not marked:
        _end_silences(now)
    return marked + done


def source_over() -> None:
    """An alert is over: what it may have inhibited has to be judged again."""
    if rules.load().inhibitions:
        inhibited = _open().filter(held=True, muted_by__contains=[{"kind": "inhibition"}])
        inhibited.update(recheck_at=clock.now())


def _open() -> QuerySet[Alert]:
    return Alert.objects.exclude(state=AlertState.RESOLVED)


def _mark_when_rules_changed(now: datetime) -> int:
    """When a silence or window begins or ends, all open alerts are judged again."""
    global _in_force
    held = rules.load()
    in_force = held.in_force(now)
    if in_force == _in_force:
        return 0
    _in_force = in_force
    return _open().update(recheck_at=now)


def _due(now: datetime) -> int:
    with transaction.atomic():
        due = _locked(_open().filter(recheck_at__lte=now).order_by("recheck_at", "pk"))
        if not due:
            return 0
        late = [alert for alert in due if alert.untold]
        free = judge(due, now=now, first=False)
        opened = correlation.attach(free, actor=_ENGINE)
        for alert in late:
            alert.untold = False
        Alert.objects.bulk_update(due, _JUDGED)
        changes = correlation.Changes(opened=[*free, *late])
        correlation.tell(changes, opened=opened, actor=_ENGINE)
        return len(due)


def _locked(rows: QuerySet[Alert]) -> list[Alert]:
    related = ("severity", "service", "integration", "policy", "incident__severity")
    return list(row_locks.held(rows).select_related(*related, "incident__service")[:BATCH])


def _unheard(now: datetime) -> int:
    """Alerts are over when nothing was heard of them for as long as their policy, or their sender,
    says."""
    with transaction.atomic():
        over = _locked(_open().filter(ends_at__lte=now).order_by("ends_at", "pk"))
        if not over:
            return 0
        for alert in over:
            silent = durations.spoken((now - alert.last_seen_at).total_seconds())
            alert.tell(at=now, kind="unheard", text=f"over: not heard of for {silent}")
            alert.state, alert.resolved_at = AlertState.RESOLVED, now
            alert.held, alert.recheck_at = False, None
        Alert.objects.bulk_update(over, ["state", "resolved_at", "held", "recheck_at", "trail"])
        changes = correlation.Changes(resolved=over)
        correlation.tell(changes, opened=[], actor=_ENGINE)
        correlation.settle(changes, actor=_ENGINE)
        source_over()
        return len(over)


def _reminders(now: datetime) -> int:
    """Incidents say now and then that their alerts still fire, as their policy wants it."""
    with transaction.atomic():
        rows = row_locks.held(Incident.objects).filter(remind_at__lte=now)
        due = list(rows.order_by("remind_at")[:BATCH])
        news = [told for incident in due if (told := _reminder(incident, now))]
        Incident.objects.bulk_update(due, ["remind_at"])
        bus.emit_all(news)
        return len(due)


def _reminder(incident: Incident, now: datetime) -> bus.News | None:
    firing = _open().filter(incident=incident, policy__repeat__gt=0)
    repeats = list(firing.values_list("policy__repeat", flat=True))
    incident.remind_at = None
    if not repeats or incident.state in OVER:
        return None
    incident.remind_at = now + timedelta(seconds=min(repeats))
    seconds = round((now - incident.opened_at).total_seconds())
    body = facts.AlertsStillFiring(count=len(repeats), seconds=seconds)
    return bus.News(incident=incident, bodies=[body], actor=_ENGINE)


def _end_silences(now: datetime) -> None:
    """A silence until its alerts are over ends with the last of them."""
    lasting = Silence.objects.filter(until_resolved=True, ended_at__isnull=True, starts_at__lte=now)
    for silence in lasting:
        muted = {"kind": "silence", "id": str(silence.uuid)}
        if not _open().filter(muted_by__contains=[muted]).exists():
            silence.ended_at, silence.ended_why = now, "all it silenced is over"
            silence.save(update_fields=["ended_at", "ended_why"])
