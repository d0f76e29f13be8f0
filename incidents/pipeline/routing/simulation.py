"""What a version would have done to the signals of the last days.

The stored messages are read again, newest first, and judged by the version and by what is live now.
What that would have meant is told by the alerts and incidents that there really were: an incident
would not have been opened if all its alerts had been suppressed or been over while they were held.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import (
    Alert,
    Incident,
    Integration,
    RoutingSimulation,
    RoutingVersion,
    SignalState,
    Team,
    VersionState,
)
from incidents.models import Signal as SignalRow
from incidents.pipeline.routing import versions
from incidents.pipeline.routing.judging import (
    Compiled,
    Directed,
    Names,
    differences,
    effects,
    judge,
)
from incidents.pipeline.signal import Malformed, Signal
from incidents.pipeline.triage import Services, Severities

Read = Callable[[str, bytes, Mapping[str, Any]], list[Signal]]
Key = tuple[int, str]

DAYS: Final = 7
MOST_SIGNALS: Final = 20_000
SECONDS_ALLOWED: Final = 8.0
# Counting further than this says nothing more.
MOST_COUNTED: Final = 200_000
EXAMPLES: Final = 20
KEPT: Final = 5
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class _Judged:
    """What both versions make of one signal that fired."""

    row: int
    now: Directed
    then: Directed
    hits: Sequence[str]  # ids of rules


@dataclass
class _Found:
    """What was seen so far: by condition, oldest last, and how often each rule matched."""

    judged: dict[Key, list[_Judged]] = field(default_factory=dict)
    matched: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    signals: int = 0
    unreadable: int = 0
    oldest: datetime | None = None


def simulate(version: RoutingVersion, *, read: Read, actor: Actor) -> RoutingSimulation:
    """Try it, keep the result, and return it. Ends after SECONDS_ALLOWED, whatever there is."""
    result = result_of(version, read=read)
    row = RoutingSimulation.objects.create(
        version=version, revision=version.revision, by=actor.name[:150], result=result
    )
    old = version.simulations.order_by("-at").values_list("pk", flat=True)[KEPT:]
    RoutingSimulation.objects.filter(pk__in=list(old)).delete()
    return row


def result_of(version: RoutingVersion, *, read: Read) -> dict[str, Any]:
    began = time.monotonic()
    live = versions.in_state(VersionState.LIVE)
    then = Compiled.of(version.number, version.document)
    now = Compiled.of(live.number if live else 0, live.document if live else {})
    teams = {team.slug: team for team in Team.objects.all()}
    names = Names(Severities.load(), Services.load(), teams)
    since = clock.now() - timedelta(days=DAYS)
    stored = SignalRow.objects.filter(state=SignalState.FOLDED, received_at__gte=since)
    found = _Found()
    for row, integration, signals in _messages(stored, read, found, began):
        for signal in signals:
            if signal.action == "fire":
                _judge(found, row, integration, signal, (now, then, names))
    slow = [ready.rule.id for ready in then.rules if any(p.slow for p in ready.patterns)]
    return {
        "days": DAYS,
        "messages": found.looked_at,
        "of": stored.order_by()[:MOST_COUNTED].count(),
        "signals": found.signals,
        "unreadable": found.unreadable,
        "oldest": found.oldest.isoformat() if found.oldest else "",
        "against": live.number if live else 0,
        "slow": slow,
        **_meaning(found, since, names),
        "seconds": round(time.monotonic() - began, 2),
    }


def _messages(
    stored: QuerySet[SignalRow], read: Read, found: _Found, began: float
) -> Iterator[tuple[SignalRow, Integration, list[Signal]]]:
    """Stored messages with the signals in them, newest first, as long as time allows."""
    senders: dict[int, Integration] = {}
    before: int | None = None
    while found.looked_at < MOST_SIGNALS:
        rows = stored if before is None else stored.filter(pk__lt=before)
        page = list(rows.order_by("-pk")[:_CHUNK])
        missing = {row.integration_id for row in page} - senders.keys()
        if missing:
            senders |= Integration.objects.select_related("service__team").in_bulk(missing)
        for row in page:
            if time.monotonic() - began > SECONDS_ALLOWED:
                return
            found.looked_at += 1
            found.oldest, before = row.received_at, row.pk
            integration = senders[row.integration_id]
            try:
                yield row, integration, read(row.adapter, bytes(row.body), integration.options)
            except Malformed:
                found.unreadable += 1
        if len(page) < _CHUNK:
            return


def _judge(
    found: _Found,
    row: SignalRow,
    integration: Integration,
    signal: Signal,
    with_: tuple[Compiled, Compiled, Names],
) -> None:
    now, then, names = with_
    found.signals += 1
    verdict = judge(then, signal, integration, row.received_at, names)
    other = judge(now, signal, integration, row.received_at, names)
    key = (integration.pk, signal.fingerprint)
    hits = [rule.id for rule in verdict.hits]
    found.judged.setdefault(key, []).append(_Judged(row.pk, other.directed, verdict.directed, hits))
    found.matched.update(hits)


@dataclass
class _Meaning:
    """What it comes to for the alerts and incidents there were."""

    alerts: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    by_rule: dict[str, list[int]] = field(default_factory=dict)
    alerts_of_rule: Counter[str] = field(default_factory=Counter)
    silent: dict[int, list[bool]] = field(default_factory=dict)  # by incident: silent then?
    freed: list[int] = field(default_factory=list)


def _meaning(found: _Found, since: datetime, names: Names) -> dict[str, Any]:
    meaning = _Meaning()
    for alert, judged in _with_their_alerts(found, since):
        meaning.alerts += 1
        _weigh(meaning, alert, judged, names)
        _credit(meaning, alert, judged)
    gone = _gone(meaning.silent)
    return {
        "alerts": meaning.alerts,
        "changed": dict(meaning.changed),
        "examples": meaning.examples,
        "rules": {
            rule: {
                "signals": count,
                "alerts": meaning.alerts_of_rule[rule],
                "examples": meaning.by_rule.get(rule, []),
            }
            for rule, count in found.matched.items()
        },
        "incidents_fewer": len(gone),
        "incidents_fewer_false": sum(gone.values()),
        "incidents_gone": list(gone)[:EXAMPLES],
        "incidents_more": len(meaning.freed),
        "alerts_freed": meaning.freed[:EXAMPLES],
    }


def _with_their_alerts(found: _Found, since: datetime) -> Iterator[tuple[Alert, Sequence[_Judged]]]:
    """Each alert whose beginning was looked at, with what was made of its signals."""
    keys = list(found.judged)
    for start in range(0, len(keys), _CHUNK):
        chunk = set(keys[start : start + _CHUNK])
        rows = (
            Alert.objects.filter(
                integration_id__in={key[0] for key in chunk},
                fingerprint__in={key[1] for key in chunk},
                first_signal_id__isnull=False,
            )
            .filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=since))
            .select_related("integration__service__team", "severity", "service", "incident")
            .order_by("-first_signal_id")
        )
        before: dict[Key, int] = {}
        for alert in rows:
            key = (alert.integration_id, alert.fingerprint)
            if key not in chunk:
                continue
            first, end = alert.first_signal_id or 0, before.get(key)
            before[key] = first
            of_it = [
                j for j in found.judged[key] if first <= j.row and (end is None or j.row < end)
            ]
            if any(one.row == first for one in of_it):
                yield alert, of_it


def _weigh(meaning: _Meaning, alert: Alert, judged: Sequence[_Judged], names: Names) -> None:
    """Compare what both versions make of an alert, and remember what differs."""
    now = _over_its_life([one.now for one in judged], alert, names)
    then = _over_its_life([one.then for one in judged], alert, names)
    for change in differences(now, then):
        what = change["what"].partition(".")[0]
        seen = meaning.examples.setdefault(what, [])
        if not seen or seen[-1]["alert"] != alert.pk:
            meaning.changed[what] += 1
            if len(seen) < EXAMPLES:
                seen.append({"alert": alert.pk, "signal": alert.first_signal_id, **change})
    _weigh_incident(meaning, alert, _is_silent(then, alert))


def _over_its_life(directed: Sequence[Directed], alert: Alert, names: Names) -> dict[str, Any]:
    """As its first signal says, with the worst severity of all; the newest comes first."""
    told = [effects(one, alert.integration, names) for one in directed]
    worst = min(told, key=lambda one: names.severities.named(one["severity"]).rank)
    return {**told[-1], "severity": worst["severity"]}


def _is_silent(then: Mapping[str, Any], alert: Alert) -> bool:
    """Whether it would have made no incident."""
    if then["suppress"]:
        return True
    lasted = clock.seconds_between(alert.started_at, alert.resolved_at)
    return bool(then["pause"]) and lasted is not None and lasted < then["pause"]


def _weigh_incident(meaning: _Meaning, alert: Alert, silent: bool) -> None:
    if alert.incident_id is not None:
        if alert.incident is not None and alert.incident.source == "alert":
            meaning.silent.setdefault(alert.incident_id, []).append(silent)
    elif not silent and any(entry.get("kind") == "routing" for entry in alert.muted_by):
        meaning.freed.append(alert.pk)


def _credit(meaning: _Meaning, alert: Alert, judged: Sequence[_Judged]) -> None:
    for rule in {rule for one in judged for rule in one.hits}:
        meaning.alerts_of_rule[rule] += 1
        shown = meaning.by_rule.setdefault(rule, [])
        if len(shown) < EXAMPLES:
            shown.append(alert.pk)


def _gone(silent: Mapping[int, Sequence[bool]]) -> dict[int, bool]:
    """Incidents all of whose alerts were looked at and would have been silent, newest first; and
    whether each was a false alarm."""
    wanted = {pk: len(told) for pk, told in silent.items() if all(told)}
    rows = Incident.objects.filter(pk__in=wanted).annotate(n=Count("alerts")).order_by("-pk")
    return {row.pk: row.false_positive for row in rows if row.n == wanted[row.pk]}
