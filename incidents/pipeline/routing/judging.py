"""A version made ready to judge signals: pure, quick, and without an error for any signal."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from incidents.kernel import durations
from incidents.models import Integration, Service, Team
from incidents.pipeline.routing import document
from incidents.pipeline.routing.conditions import (
    Layout,
    Pattern,
    Seen,
    Test,
    Values,
    holds,
    service_of,
)
from incidents.pipeline.routing.document import Actions, Labels, Rule
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities

log = logging.getLogger(__name__)

MOST_LABELS: Final = 64


@dataclass(frozen=True, slots=True)
class Directed:
    """A signal and what the rules say about it. `rule` names those that matched.

    `shadow`: what the version in shadow would have done otherwise, as {what, now, then}.
    """

    signal: Signal
    rule: str = ""
    version: int = 0
    suppress: bool = False
    pause_seconds: int = 0
    team: Team | None = None
    priority: str = ""
    sets_severity: bool = False
    shadow: list[dict[str, str]] = field(default_factory=list)

    def trail(self, at: datetime) -> list[dict[str, str]]:
        """Why the alert has its severity, as `Alert.trail` holds it; empty where no rule says."""
        if not self.sets_severity:
            return []
        text = f"the rule “{self.rule}” of version {self.version} says so"
        return [{"at": at.isoformat(), "kind": "severity", "text": text[:500]}]

    def reason(self) -> dict[str, Any]:
        """Which rule said so, for the outcome of the signal; see `selectors.routing.directed`."""
        return {"rule": self.rule, "version": self.version} if self.rule else {}

    def muting(self, at: datetime) -> list[dict[str, Any]]:
        """Why the alert makes no incident, as `Alert.muted_by` holds it."""
        if not self.suppress and not self.pause_seconds:
            return []
        until, done = None, "suppressed"
        if self.pause_seconds:
            until = at + timedelta(seconds=self.pause_seconds)
            done = f"held for {durations.spoken(self.pause_seconds)}"
        why = f"{done} by the rule “{self.rule}” of version {self.version}"
        return [
            {
                "kind": "routing",
                "id": str(self.version),
                "why": why[:300],
                "until": until.isoformat() if until else None,
            }
        ]


@dataclass(frozen=True, slots=True)
class Names:
    """What rules name, in memory: for a batch of signals."""

    severities: Severities
    services: Services
    teams: dict[str, Team]


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule with its test; `patterns` are the regular expressions in it."""

    rule: Rule
    holds: Test
    patterns: Sequence[Pattern]


class Compiled:
    """The rules of a version that are on, in order."""

    def __init__(self, number: int, rules: Sequence[Rule]) -> None:
        self.number = number
        self.layout = Layout()
        self.rules: list[Ready] = []
        for rule in rules:
            if not rule.off:
                before = len(self.layout.patterns)
                test = holds(rule, self.layout)
                self.rules.append(Ready(rule, test, self.layout.patterns[before:]))
        self.names_teams = any(ready.rule.actions.team for ready in self.rules)

    @classmethod
    def of(cls, number: int, content: Any) -> "Compiled":
        return cls(number, document.read(content))

    def values(self, seen: Seen) -> Values:
        return self.layout.values(seen)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a version makes of a signal, and the rules that matched, in order."""

    directed: Directed
    hits: Sequence[Rule] = ()


def judge(
    version: Compiled, signal: Signal, integration: Integration, at: datetime, names: Names
) -> Verdict:
    """Never raises: a fault of ours in a rule must not cost an alert."""
    try:
        return _judge(
            version, Seen(signal, integration, at, names.severities, names.services), names
        )
    except Exception:
        log.exception("version %s of the routing failed on a signal", version.number)
        return Verdict(Directed(signal))


def _judge(version: Compiled, seen: Seen, names: Names) -> Verdict:
    hits: list[Rule] = []
    values = version.values(seen)
    for ready in version.rules:
        if not ready.holds(values):
            continue
        hits.append(ready.rule)
        if not ready.rule.go_on:
            break
        changed = _changed(seen.signal, ready.rule.actions)
        if changed is not seen.signal:
            seen = replace(seen, signal=changed)
            values = version.values(seen)
    if not hits:
        return Verdict(Directed(seen.signal))
    if not hits[-1].go_on:
        seen = replace(seen, signal=_changed(seen.signal, hits[-1].actions))
    return Verdict(_directed(seen.signal, hits, version.number, names), hits)


def _directed(signal: Signal, hits: Sequence[Rule], number: int, names: Names) -> Directed:
    """Of what several rules say, the last word counts."""
    teams = [names.teams[r.actions.team] for r in hits if r.actions.team in names.teams]
    priorities = [rule.actions.priority for rule in hits if rule.actions.priority]
    pauses = [rule.actions.pause_minutes for rule in hits if rule.actions.pause_minutes]
    suppress = any(rule.actions.suppress for rule in hits)
    return Directed(
        signal=signal,
        rule=", ".join(rule.name for rule in hits)[:300],
        version=number,
        suppress=suppress,
        pause_seconds=0 if suppress or not pauses else 60 * pauses[-1],
        team=teams[-1] if teams else None,
        priority=priorities[-1] if priorities else "",
        sets_severity=any(rule.actions.severity for rule in hits),
    )


def _changed(signal: Signal, actions: Actions) -> Signal:
    labels = actions.labels
    relabels = labels.set or labels.add or labels.remove
    if not (actions.severity or actions.service or relabels):
        return signal
    return replace(
        signal,
        severity=actions.severity or signal.severity,
        service=actions.service or signal.service,
        labels=_relabelled(signal.labels, labels) if relabels else signal.labels,
    )


def _relabelled(labels: dict[str, str], change: Labels) -> dict[str, str]:
    found = {name: text for name, text in labels.items() if name not in change.remove}
    for name, text in change.add.items():
        found.setdefault(name, text)
    found |= change.set
    return found


def effects(directed: Directed, integration: Integration, names: Names) -> dict[str, Any]:
    """What it comes to, to be compared: the severity and the service that the alert gets, …"""
    service = _service(directed.signal, integration, names.services)
    team = directed.team or (service.team if service else None)
    return {
        "severity": names.severities.or_default(directed.signal.severity).code,
        "service": service.name if service else "",
        "team": team.name if team else "",
        "priority": directed.priority,
        "suppress": directed.suppress,
        "pause": directed.pause_seconds,
        "labels": directed.signal.labels,
    }


def _service(signal: Signal, integration: Integration, services: Services) -> Service | None:
    return services.find(service_of(signal, integration, services))


def differences(now: dict[str, Any], then: dict[str, Any]) -> list[dict[str, str]]:
    """What differs between two `effects`, as {what, now, then}."""
    found = [
        {"what": what, "now": _word(now[what]), "then": _word(then[what])}
        for what in now
        if what != "labels" and now[what] != then[what]
    ]
    old, new = now["labels"], then["labels"]
    for name in sorted({*old, *new})[:MOST_LABELS] if old != new else ():
        if old.get(name) != new.get(name):
            row = {"what": f"labels.{name}", "now": old.get(name, ""), "then": new.get(name, "")}
            found.append(row)
    return found


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")
