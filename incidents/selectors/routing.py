"""What the routing is and does: versions at work, what they matched, and the words of a trace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from incidents.models import (
    Alert,
    Incident,
    RoutingDifference,
    RoutingEntry,
    RoutingSimulation,
    RoutingTally,
    RoutingVersion,
    VersionState,
)
from incidents.selectors import alerts
from incidents.selectors.routing_words import Sentence, Words

PAGE: Final = 30
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """The versions that are at work or in the making; None where there is none."""

    live: RoutingVersion | None
    shadow: RoutingVersion | None
    draft: RoutingVersion | None


def overview() -> Overview:
    """One query."""
    rows = RoutingVersion.objects.exclude(state=VersionState.RETIRED).select_related("tally")
    found = {row.state: row for row in rows}
    return Overview(*(found.get(state) for state in ("live", "shadow", "draft")))


def versions() -> QuerySet[RoutingVersion]:
    return RoutingVersion.objects.select_related("tally").order_by("-number")


def log(version: RoutingVersion | None = None) -> list[RoutingEntry]:
    rows = RoutingEntry.objects.select_related("version")
    return list((rows.filter(version=version) if version else rows)[:PAGE])


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in words with what it matched: at work, and in the latest simulation."""

    sentence: Sentence
    place: int
    matched: int | None = None
    unreached: bool = False
    simulated: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False


def rules(
    version: RoutingVersion, words: Words, simulation: RoutingSimulation | None = None
) -> list[RuleRow]:
    tally = tally_of(version)
    result = simulation.result if simulation else {}
    tried, slow = result.get("rules", {}), result.get("slow", ())
    found, over = [], False
    for place, rule in enumerate(version.rules, 1):
        key = str(rule["id"])
        found.append(
            RuleRow(
                words.sentence(rule),
                place,
                matched=int(tally.matched.get(key, 0)) if tally else None,
                unreached=over,
                simulated=tried.get(key, {}),
                slow=key in slow,
            )
        )
        ends = not rule["conditions"] and not rule["go_on"] and not rule["off"]
        over = over or ends
    return found


def tally_of(version: RoutingVersion) -> RoutingTally | None:
    return RoutingTally.objects.filter(version=version).first()


def simulation(version: RoutingVersion) -> RoutingSimulation | None:
    return version.simulations.order_by("-at", "-pk").first()


@dataclass(frozen=True, slots=True)
class Example:
    """An alert that would have been treated otherwise, and how, in words."""

    alert: Alert
    told: Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts in which the same thing differs; `hidden` are those that the viewer may not see."""

    what: str
    count: int
    examples: Sequence[Example]


_GROUPS: Final = {
    "suppress": "suppressed or no longer suppressed",
    "pause": "held or no longer held",
    "severity": "with another severity",
    "service": "with another service",
    "team": "with another team",
    "priority": "with another priority",
    "labels": "with other labels",
}


def groups(
    simulation: RoutingSimulation, incidents: QuerySet[Incident], words: Words
) -> list[Group]:
    """What would have been otherwise, with examples that the viewer may see. One query."""
    examples = simulation.result.get("examples", {})
    shown = visible(incidents, {row["alert"] for rows in examples.values() for row in rows})
    changed = simulation.result.get("changed", {})
    return [
        Group(
            called,
            int(changed.get(what, 0)),
            [
                Example(shown[row["alert"]], words.changes([row]))
                for row in examples.get(what, ())
                if row["alert"] in shown
            ],
        )
        for what, called in _GROUPS.items()
        if changed.get(what)
    ]


def visible(incidents: QuerySet[Incident], keys: Iterable[int]) -> dict[int, Alert]:
    return {alert.pk: alert for alert in alerts.visible(incidents).filter(pk__in=list(keys))}


def gone(simulation: RoutingSimulation, incidents: QuerySet[Incident]) -> list[Incident]:
    """Incidents that would not have been opened, as far as the viewer may see them."""
    keys = simulation.result.get("incidents_gone", [])
    return list(incidents.filter(pk__in=keys).select_related("severity").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Difference:
    """A signal to which the version in shadow would have done something else."""

    row: RoutingDifference
    alert: Alert
    told: Sequence[str]


def differences(
    version: RoutingVersion, incidents: QuerySet[Incident], words: Words
) -> list[Difference]:
    """The latest whose alert the viewer may see. Two queries."""
    rows = list(version.differences.order_by("-pk"))
    found = alerts.visible(incidents).filter(
        integration_id__in={row.integration_id for row in rows},
        fingerprint__in={row.fingerprint for row in rows},
    )
    newest = {(a.integration_id, a.fingerprint): a for a in found.order_by("pk")}
    return [
        Difference(row, newest[key], words.changes(row.changes))
        for row in rows
        if (key := (row.integration_id, row.fingerprint)) in newest
    ]


def recent(incidents: QuerySet[Incident]) -> list[Alert]:
    """Alerts whose first signal one may want to try."""
    rows = alerts.visible(incidents).filter(first_signal_id__isnull=False)
    return list(rows.order_by("-pk")[:SHOWN])


def directed(outcome: Mapping[str, Any]) -> str:
    """What the rules did to a signal, from its outcome, as a sentence; empty where nothing did.

    For the trace of an alert: `directed(told)` for each dict of `Signal.outcome`.
    """
    rule, number = str(outcome.get("rule") or ""), outcome.get("version")
    if not rule or not isinstance(number, int):
        return ""
    version = RoutingVersion.objects.filter(number=number).first()
    words, names = Words.load(), rule.split(", ")
    rows = version.rules if version else []
    hits = [words.sentence(row) for row in rows if row["name"] == rule or row["name"] in names]
    done = [action for hit in hits for action in hit.actions]
    told = f": {', '.join(done)}" if done else ""
    many = "s" if len(hits) > 1 else ""
    return f"Rule{many} “{rule}” of version {number}{told}."
