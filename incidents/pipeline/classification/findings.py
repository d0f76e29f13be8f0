"""What an incident's words and figures say, in a form that can be kept beside it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from incidents.models import Service
from incidents.models.triage import Impact, IncidentType
from incidents.pipeline.classification.figures import measured
from incidents.pipeline.classification.words import ENOUGH, found_in

# A label by one of these names tells the type outright.
_TYPE_LABELS: Final = ("incident_type", "type", "category")
_SAID_OUTRIGHT: Final = 100.0
_NAME_LABELS: Final = ("alertname", "alert_name", "rule", "rulename", "check", "monitor")
# Labels that only say where, never what.
_PLACES: Final = frozenset(
    {
        *("instance", "pod", "node", "host", "hostname", "severity", "priority", "uid", "id"),
        *("container", "namespace", "cluster", "region", "zone", "environment", "env", "code"),
    }
)
_LABELS_READ: Final = 30
_PHRASES_TOLD: Final = 3

_WHO = r"(?:customers?|users?|people|shops?|clients?|tenants?|visitors?)"
_IMPACTS: Final = (
    (
        Impact.NONE,
        re.compile(rf"no (?:customer|user)s?(?: is| are)? (?:impact|affected|hit)|no {_WHO} notice"
                   r"|internal only|nobody outside", re.IGNORECASE),
    ),
    (
        Impact.MAJOR,
        re.compile(rf"\b(?:many|most|half|a third|a quarter|two thirds) (?:of )?(?:all |our |the )?"
                   rf"{_WHO}|a (?:third|quarter|half) of all", re.IGNORECASE),
    ),
    (
        Impact.MINOR,
        re.compile(rf"\b(?:some|few|a few|several|one|single|individual) {_WHO}", re.IGNORECASE),
    ),
    (
        Impact.CRITICAL,
        re.compile(rf"\b(?:all|every|no) {_WHO}|\beverybody|\beveryone|\bnobody can|\bno one can"
                   r"|(?:whole|entire) (?:site|shop|platform)", re.IGNORECASE),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What alerts tell beyond the incident's own words. `figures` are looked up by name only,
    `severity_why` is the reason where figures decided the severity, `priority` what a routing rule
    says."""

    labels: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    value: str = ""
    alerts: Sequence[str] = ()
    severity_why: str = ""
    priority: str = ""


NOTHING: Final = Told()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known when an incident begins, or when alerts join it."""

    title: str
    summary: str = ""
    service: Service | None = None
    told: Told = NOTHING


@dataclass(frozen=True, slots=True)
class Findings:
    """`type` with the points it got and the words that gave them; the percentage of users hit;
    the impact that words told. Empty or None where nothing was found."""

    type: str = IncidentType.OTHER
    points: float = 0.0
    type_why: str = ""
    percent: float | None = None
    percent_why: str = ""
    impact: str = ""
    impact_why: str = ""
    priority: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Findings":
        known = {name: kept[name] for name in cls.__slots__ if name in kept}
        return cls(**known)


def read(evidence: Evidence) -> Findings:
    """What the evidence says. Pure; no text is read further than some hundred characters."""
    told = evidence.told
    figures = measured(
        {**told.figures, **told.labels},
        value=told.value,
        text=f"{evidence.title} {evidence.summary}"[:1000],
        service=evidence.service,
    )
    kind, points, why = _type_of(evidence)
    impact, words = _impact_of(f"{evidence.title} {evidence.summary}"[:1000])
    return Findings(kind, points, why, figures.affected, figures.why, impact, words, told.priority)


def _type_of(evidence: Evidence) -> tuple[str, float, str]:
    for name in _TYPE_LABELS:
        said = str(evidence.told.labels.get(name, "")).strip().lower().replace("-", "_")
        said = said.replace(" ", "_")
        if said in IncidentType.values:
            return said, _SAID_OUTRIGHT, f"the label {name} says so"
    return _by_words(evidence)


def _by_words(evidence: Evidence) -> tuple[str, float, str]:
    """Each phrase counts once, where it counts most."""
    points: dict[str, float] = {}
    told: dict[str, list[tuple[float, str]]] = {}
    counted: set[tuple[str, str]] = set()
    for where, weight, text in _texts(evidence):
        for phrase, fitting in found_in(text):
            if (phrase.type, phrase.text) not in counted:
                counted.add((phrase.type, phrase.text))
                worth = weight * phrase.points
                points[phrase.type] = points.get(phrase.type, 0.0) + worth
                told.setdefault(phrase.type, []).append((worth, f"{where} says “{fitting}”"))
    order = list(IncidentType.values)
    best = max(points, key=lambda kind: (points[kind], -order.index(kind)), default="")
    if not best or points[best] < ENOUGH:
        return IncidentType.OTHER, 0.0, "none of its words is known to mean another type"
    return best, points[best], _told(told[best])


def _texts(evidence: Evidence) -> Iterable[tuple[str, float, str]]:
    """(where, weight, text) of each text, those that say most first."""
    yield "the title", 2, evidence.title
    for name in _NAME_LABELS:
        if name in evidence.told.labels:
            yield f"the label {name}", 2, str(evidence.told.labels[name])
    for title in evidence.told.alerts[:5]:
        yield "an alert", 1, title
    yield "the summary", 1, evidence.summary
    for name, text in list(evidence.told.labels.items())[:_LABELS_READ]:
        if name not in _NAME_LABELS and name.lower() not in _PLACES:
            yield f"the label {name}", 0.5, str(text)
    if evidence.service is not None:
        yield "the service", 0.5, evidence.service.name


def _told(reasons: list[tuple[float, str]]) -> str:
    first = sorted(reasons, key=lambda reason: -reason[0])[:_PHRASES_TOLD]
    return ", ".join(dict.fromkeys(text for _, text in first))


def _impact_of(text: str) -> tuple[str, str]:
    for impact, pattern in _IMPACTS:
        found = pattern.search(text)
        if found:
            return impact, f"it says “{found[0].strip().lower()}”"
    return "", ""


def merged(before: Findings, now: Findings) -> Findings:
    """What both say together: the type with more points, the worse figures and words."""
    made = before
    if now.points > before.points:
        made = replace(made, type=now.type, points=now.points, type_why=now.type_why)
    if now.percent is not None and (before.percent is None or now.percent > before.percent):
        made = replace(made, percent=now.percent, percent_why=now.percent_why)
    order = list(Impact.values)
    if now.impact and (not before.impact or order.index(now.impact) < order.index(before.impact)):
        made = replace(made, impact=now.impact, impact_why=now.impact_why)
    return replace(made, priority=now.priority) if now.priority and not made.priority else made
