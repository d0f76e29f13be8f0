"""How detection is doing: rules with their last runs, what they got right, and who watches."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import mean, median
from typing import Any, Final

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerChoices,
    Min,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import TruncHour, TruncMinute

from incidents.kernel import clock
from incidents.models import (
    Alert,
    DetectionRule,
    Finding,
    Incident,
    JobRun,
    RuleMode,
    RuleRun,
    RuleSeries,
    TelemetrySource,
)
from incidents.selectors import alerts

PAGE: Final = 50
SPARK: Final = 30
SHOWN: Final = 50
MOST: Final = 1000
JUDGED: Final = timedelta(days=30)
ENOUGH: Final = 5
ENOUGH_MINUTES: Final = 10
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the incidents that alerts of a rule opened or joined, how many were no false alarm.

    Shares of fewer than ENOUGH incidents are None: one false alarm of two is no 50 %.
    """

    incidents: int = 0
    wrong: int = 0

    @property
    def share(self) -> float | None:
        return 1 - self.wrong / self.incidents if self.incidents >= ENOUGH else None

    @property
    def wrong_share(self) -> float | None:
        return self.wrong / self.incidents if self.incidents >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class Latency:
    """From when it began, as the alert says, to when the incident was open, in seconds; None where
    fewer than ENOUGH incidents tell. `incidents` are those that do."""

    mean: float | None = None
    median: float | None = None
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Uptime:
    """The share of the last day's minutes, or of those since the first one, in which rules were
    judged; None where fewer than ENOUGH_MINUTES are over."""

    share: float | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class RuleRow:
    rule: DetectionRule
    runs: Sequence[RuleRun] = ()  # oldest first
    firing: int = 0
    precision: Precision = field(default_factory=Precision)

    @property
    def last(self) -> RuleRun | None:
        return self.runs[-1] if self.runs else None

    @property
    def values(self) -> list[float | None]:
        return [run.worst_value for run in self.runs]


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """What to show; `after` is the place of the last rule of the page before: rank:name."""

    mode: str = ""
    text: str = ""
    after: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.mode or self.text)


@dataclass(frozen=True, slots=True)
class RulePage:
    rows: Sequence[RuleRow]
    following: str


class Rank(IntegerChoices):
    """How rules are grouped: what needs somebody now comes first."""

    FIRING = 0, "Over the line now"
    BROKEN = 1, "Cannot be judged"
    LIVE = 2, "Live, all quiet"
    SHADOW = 3, "In shadow"
    OFF = 4, "Off"


def _ranked() -> QuerySet[DetectionRule, Any]:
    firing = Exists(RuleSeries.objects.filter(rule=OuterRef("pk"), firing=True))
    rank = Case(
        When(mode=RuleMode.OFF, then=Rank.OFF),
        When(firing, mode=RuleMode.LIVE, then=Rank.FIRING),
        When(failing_since__isnull=False, then=Rank.BROKEN),
        When(mode=RuleMode.SHADOW, then=Rank.SHADOW),
        default=Rank.LIVE,
    )
    rows = DetectionRule.objects.select_related("source", "severity", "service")
    return rows.annotate(rank=rank).order_by("rank", "severity__rank", "name")


def rules(chosen: RuleFilter) -> RulePage:
    """A page of rules, the worst first. Five queries, however many rules there are."""
    found = _ranked()
    if chosen.mode:
        found = found.filter(mode=chosen.mode)
    if chosen.text:
        found = found.filter(Q(name__icontains=chosen.text) | Q(query__icontains=chosen.text))
    found = _following(found, chosen.after)
    page = list(found[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    following = f"{last.rank}:{last.severity.rank}:{last.name}" if last else ""
    return RulePage(_rows(page[:PAGE]), following)


def _following(found: QuerySet[DetectionRule, Any], after: str) -> QuerySet[DetectionRule, Any]:
    """What comes after a rule, even where that one has moved meanwhile."""
    rank, _, rest = after.partition(":")
    level, _, name = rest.partition(":")
    if not (re.fullmatch("[0-9]{1,4}", rank) and re.fullmatch("[0-9]{1,4}", level)):
        return found
    later = Q(severity__rank=int(level), name__gt=name) | Q(severity__rank__gt=int(level))
    return found.filter(Q(rank__gt=int(rank)) | Q(later, rank=int(rank)))


def all_rows() -> list[RuleRow]:
    """Every rule with its last run, at most MOST of them. Five queries."""
    return _rows(list(DetectionRule.objects.order_by("name")[:MOST]), runs=1)


def _rows(found: Sequence[DetectionRule], *, runs: int = SPARK) -> list[RuleRow]:
    keys = [rule.pk for rule in found]
    ran, exact = last_runs(keys, runs), precision(keys)
    series = RuleSeries.objects.filter(rule_id__in=keys, firing=True)
    firing = dict(series.values_list("rule_id").annotate(n=Count("pk")).order_by())
    return [
        RuleRow(
            rule,
            ran.get(rule.pk, []),
            firing.get(rule.pk, 0),
            exact.get(rule.pk, Precision()),
        )
        for rule in found
    ]


def row_of(rule: DetectionRule) -> RuleRow:
    return _rows([rule])[0]


def last_runs(keys: Sequence[int], count: int = SPARK) -> dict[int, list[RuleRun]]:
    """The last runs of each rule, oldest first. Two queries that read what they show."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run.id FROM unnest(%s::bigint[]) AS rule(id) CROSS JOIN LATERAL"
            " (SELECT id FROM incidents_rulerun WHERE rule_id = rule.id"
            "  ORDER BY started_at DESC LIMIT %s) AS run",
            [list(keys), count],
        )
        chosen = [pk for (pk,) in cursor.fetchall()]
    found: dict[int, list[RuleRun]] = {}
    for run in RuleRun.objects.filter(pk__in=chosen).order_by("started_at"):
        found.setdefault(run.rule_id, []).append(run)
    return found


def precision(keys: Iterable[int] | None = None) -> dict[int, Precision]:
    """By rule, over the last 30 days. Private incidents do not count."""
    rows = Alert.objects.filter(
        integration__kind="detection",
        started_at__gte=clock.now() - JUDGED,
        incident__isnull=False,
        incident__private=False,
    ).annotate(rule=KT("annotations__rule"))
    if keys is not None:
        rows = rows.filter(rule__in=[str(pk) for pk in keys])
    false = Q(incident__false_positive=True)
    counted = rows.values_list("rule").annotate(
        n=Count("incident", distinct=True), wrong=Count("incident", distinct=True, filter=false)
    )
    return {int(rule): Precision(n, wrong) for rule, n, wrong in counted.order_by() if rule}


def sources() -> QuerySet[Any]:
    """Sources with how many rules ask them."""
    on = ~Q(rules__mode=RuleMode.OFF)
    return TelemetrySource.objects.annotate(
        rule_count=Count("rules"), rules_on=Count("rules", filter=on)
    ).order_by("name")


def findings(rule: DetectionRule) -> list[Finding]:
    return list(rule.findings.order_by("-opened_at")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Status:
    """`hourly` are the incidents that alerts opened in each of the last 24 hours, oldest first."""

    modes: Mapping[str, int]
    active_alerts: int
    hourly: Sequence[int]
    judged: Precision
    latency: Latency
    uptime: Uptime
    failing_sources: int
    failing_rules: int


def status(visible: QuerySet[Incident], *, poll: str) -> Status:
    """All figures in eight queries. `poll` is the job that judges rules."""
    modes = dict(DetectionRule.objects.values_list("mode").annotate(n=Count("pk")).order_by())
    opened = visible.filter(source="alert", opened_at__gte=clock.now() - JUDGED)
    told = opened.aggregate(n=Count("pk"), wrong=Count("pk", filter=Q(false_positive=True)))
    on = DetectionRule.objects.exclude(mode=RuleMode.OFF)
    return Status(
        modes={mode: modes.get(mode, 0) for mode in RuleMode.values},
        active_alerts=alerts.firing(visible).count(),
        hourly=_hourly(opened),
        judged=Precision(told["n"], told["wrong"]),
        latency=_latency(opened),
        uptime=_uptime(poll),
        failing_sources=TelemetrySource.objects.filter(failing_since__isnull=False).count(),
        failing_rules=on.filter(failing_since__isnull=False).count(),
    )


def _hourly(opened: QuerySet[Incident]) -> list[int]:
    this = clock.now().replace(minute=0, second=0, microsecond=0)
    hours = [this - timedelta(hours=back) for back in range(23, -1, -1)]
    rows = opened.filter(opened_at__gte=hours[0]).annotate(
        hour=TruncHour("opened_at", tzinfo=this.tzinfo)
    )
    found: dict[datetime, int] = dict(rows.values_list("hour").annotate(n=Count("pk")).order_by())
    return [found.get(hour, 0) for hour in hours]


def _latency(opened: QuerySet[Incident]) -> Latency:
    times = opened.order_by("-opened_at").values_list("began_at", "opened_at")[:MOST]
    waits = [clock.seconds_between(began, at) for began, at in times]
    known = [wait for wait in waits if wait is not None]
    if len(known) < ENOUGH:
        return Latency(incidents=len(known))
    return Latency(mean(known), median(known), len(known))


def _uptime(poll: str) -> Uptime:
    """Whole minutes, not polls: one poll that takes a minute skips eleven and misses nothing."""
    end = clock.now().replace(second=0, microsecond=0)
    slots = JobRun.objects.filter(job=poll, slot__lt=end)
    first = slots.aggregate(first=Min("slot"))["first"]
    if first is None:
        return Uptime()
    start = max(end - _DAY, first.replace(second=0, microsecond=0))
    minutes = int((end - start).total_seconds() // 60)
    minute = TruncMinute("slot", tzinfo=end.tzinfo)
    judged = slots.filter(slot__gte=start).aggregate(n=Count(minute, distinct=True))["n"]
    return Uptime(judged / minutes if minutes >= ENOUGH_MINUTES else None, minutes)
