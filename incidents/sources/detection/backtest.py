"""What a rule would have opened over stored history, set against the incidents that there were."""

import math
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from incidents.kernel import clock
from incidents.kernel.durations import spoken
from incidents.kernel.errors import Invalid
from incidents.kernel.outbound import OutboundError
from incidents.kernel.patterns import TooSlow
from incidents.models import (
    Backtest,
    BacktestState,
    DetectionRule,
    Incident,
    State,
    TelemetrySource,
    User,
)
from incidents.sources.detection import KINDS
from incidents.sources.detection.asking import Sources
from incidents.sources.detection.replay import Replay, whole
from incidents.sources.detection.scoring import Real, score
from incidents.telemetry import CLIENTS

DAYS: Final = (7, 30)
SECONDS_ALLOWED: Final = 90.0
# A worker that has said nothing for so long is gone.
STALLED: Final = timedelta(minutes=3)
# One that takes its worker along is not tried for ever.
MOST_ATTEMPTS: Final = 2
Tell = Callable[[int], None]


def ask_for(rule: DetectionRule, *, days: int, user: User | None) -> Backtest:
    """Note down that somebody wants to know; a worker does it. Raises Invalid."""
    if days not in DAYS:
        raise Invalid("A backtest covers 7 or 30 days.", field="days")
    hindrance = why_not(rule)
    if hindrance:
        raise Invalid(hindrance, "Test it on live data, or let it run in shadow.")
    version = rule.history.latest().history_id
    return Backtest.objects.create(
        rule=rule, version=version, days=days, asked_by=user, asked_at=clock.now()
    )


def why_not(rule: DetectionRule) -> str:
    """Why there is no history to try the rule on; empty where there is."""
    kind = KINDS[rule.kind]
    if kind.reads == "numbers" and rule.source is None:
        return "The rule has no source to ask."
    if kind.reads == "numbers" and rule.source and CLIENTS[rule.source.kind].history is None:
        return f"{CLIENTS[rule.source.kind].label} keeps no history to try the rule on."
    if kind.reads == "texts" and rule.source and math.isfinite(_keeps(rule.source)):
        hours = spoken(_keeps(rule.source))
        return f"{CLIENTS[rule.source.kind].label} keeps its events for {hours} only."
    return ""


def _keeps(source: TelemetrySource) -> float:
    return CLIENTS[source.kind].keeps_lines


def waiting() -> list[int]:
    """Backtests that nobody works on: new ones, and those whose worker is gone."""
    stalled = Q(state=BacktestState.RUNNING, asked_at__lt=clock.now() - STALLED)
    rows = Backtest.objects.filter(Q(state=BacktestState.WAITING) | stalled)
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:10])


def work(pk: int) -> None:
    """Do it, once; nothing happens where somebody else has it."""
    row = _claim(pk)
    if row is None:
        return
    try:
        row.result = result_of(_as_it_was(row), row.days, tell=lambda done: _progress(pk, done))
        row.state, row.progress = BacktestState.DONE, 100
    except (OutboundError, TooSlow, Invalid) as error:
        row.state, row.error = BacktestState.FAILED, str(error)
    except Exception as error:
        _failed(pk, f"It could not be tried ({type(error).__name__}).")
        raise
    row.finished_at = clock.now()
    row.save()


@transaction.atomic
def _claim(pk: int) -> Backtest | None:
    rows = Backtest.objects.select_for_update(skip_locked=True).filter(pk=pk)
    row = rows.exclude(state__in=(BacktestState.DONE, BacktestState.FAILED)).first()
    fresh = row is not None and row.asked_at > clock.now() - STALLED
    if row is None or (row.state == BacktestState.RUNNING and fresh):
        return None
    row.state, row.attempts = BacktestState.RUNNING, row.attempts + 1
    if row.attempts > MOST_ATTEMPTS:
        row.state, row.finished_at = BacktestState.FAILED, clock.now()
        row.error = "Its worker was stopped each time. Try fewer days, or a simpler query."
    row.save()
    return row if row.state == BacktestState.RUNNING else None


def _progress(pk: int, done: int) -> None:
    Backtest.objects.filter(pk=pk).update(progress=done)


def _failed(pk: int, error: str) -> None:
    Backtest.objects.filter(pk=pk).update(
        state=BacktestState.FAILED, error=error, finished_at=clock.now()
    )


def _as_it_was(row: Backtest) -> DetectionRule:
    version = DetectionRule.history.filter(history_id=row.version).first()
    rule: DetectionRule = version.instance if version else row.rule
    return rule


def result_of(rule: DetectionRule, days: int, *, tell: Tell) -> dict[str, Any]:
    """Run the rule over the last `days` days, and score it. Raises OutboundError."""
    end = clock.now()
    start = end - timedelta(days=days)
    step = float(max(rule.interval_seconds, 60 if days <= min(DAYS) else 120))
    until = time.monotonic() + SECONDS_ALLOWED
    first, last = start.timestamp(), end.timestamp()
    with Sources(notes_health=False) as sources:
        replay = Replay(rule, sources, step)
        for number, (begin, over) in enumerate(whole(start, days)):
            replay.load(begin, over, first=first, last=last)
            moment = begin
            while moment < over:
                replay.advance(moment)
                moment += step
            if time.monotonic() > until:
                raise OutboundError("It took too long. Try fewer days, or a simpler query.")
            tell(round((number + 1) / days * 95))
    zone = zone_of(rule)
    told = score(
        replay.episodes, real_incidents(rule, start, end), start=first, end=last, zone=zone
    )
    about = {"from": start.isoformat(), "to": end.isoformat(), "step": step}
    notes = [*_about_memory(replay, first), *sorted(replay.notes)]
    return {**about, **told, "note": " ".join(notes)[:300]}


def _about_memory(replay: Replay, first: float) -> list[str]:
    """What a source does not remember looks like a time in which all was well."""
    if replay.kind.reads != "numbers":
        return []
    if replay.earliest is None:
        return ["Not enough data: the query yields nothing in all this time."]
    if replay.earliest - first < timedelta(days=1).total_seconds():
        return []
    since = datetime.fromtimestamp(replay.earliest, tz=UTC)
    return [f"The query yields nothing before {since:%d %b}: incidents before it count as missed."]


def real_incidents(rule: DetectionRule, start: datetime, end: datetime) -> list[Real]:
    """Incidents of the rule's service, or all, without false alarms and without private ones."""
    rows = Incident.objects.filter(
        opened_at__gte=start, opened_at__lt=end, false_positive=False, private=False
    ).exclude(state=State.MERGED)
    if rule.service is not None:
        rows = rows.filter(service=rule.service)
    return [
        Real(row.reference, row.opened_at.timestamp(), (row.resolved_at or end).timestamp())
        for row in rows.order_by("opened_at")[:5000]
    ]


def zone_of(rule: DetectionRule) -> ZoneInfo:
    """Where most of the team live, or UTC where nobody has said."""
    team = rule.service.team if rule.service else None
    zones = team.members.values_list("time_zone", flat=True) if team else []
    common = Counter(zone for zone in zones if zone).most_common(1)
    return ZoneInfo(common[0][0]) if common else ZoneInfo("UTC")
