"""From what was found and what people chose to the fields of an incident.

`Incident.triage` keeps what triage found, `chosen` (field → value) with `chosen_by` (field → name),
and `why` (field → reason). Whatever changes, `settle` works the fields out anew: the choices of
people first, then figures, then words, then the severity.
"""

from collections.abc import Mapping
from typing import Any, Final

from incidents.models import Incident
from incidents.models.triage import (
    CATEGORY_OF,
    Category,
    Impact,
    IncidentType,
    Priority,
    Tier,
    in_sentence,
    priority_of,
)
from incidents.pipeline.classification.figures import impact_of
from incidents.pipeline.classification.findings import (
    NOTHING,
    Evidence,
    Findings,
    Told,
    merged,
    read,
)

# What people may choose, with the words of each choice.
CHOICES: Final[Mapping[str, list[tuple[str, str]]]] = {
    "type": list(IncidentType.choices),
    "category": list(Category.choices),
    "impact": list(Impact.choices),
    "priority": list(Priority.choices),
}
_NOT_CUSTOMERS: Final = frozenset(
    {"dev", "development", "test", "testing", "qa", "stage", "staging", "sandbox", "local", "ci"}
)
_BY_SEVERITY: Final = (Impact.CRITICAL, Impact.MAJOR, Impact.MINOR, Impact.NONE)
# A vital service makes it a step worse, one that only we notice a step milder.
_STEPS: Final[Mapping[int | None, int]] = {Tier.VITAL: -1, Tier.INTERNAL: 1}
_TELLING: Final = ("type", "category", "impact", "priority", "affected_percent")
# The columns that `settle` writes.
SETTLED: Final = (*_TELLING, "triage")


def find(incident: Incident, told: Told = NOTHING) -> dict[str, list[str]]:
    """Read the incident's words and what its alerts told, keep what was found beside what had been
    found before, and settle the fields. Returns what changed: field → [old, new]."""
    evidence = Evidence(
        title=incident.title, summary=incident.summary, service=incident.service, told=told
    )
    found = merged(Findings.of(incident.triage.get("found", {})), read(evidence))
    incident.triage = {**incident.triage, "found": found.as_data()}
    if told.severity_why:
        incident.triage["severity_why"] = told.severity_why
    return settle(incident)


def choose(incident: Incident, *, name: str, value: Any, by: str) -> None:
    """Note a person's choice; an empty value leaves the field to triage again."""
    chosen = dict(incident.triage.get("chosen", {}))
    names = dict(incident.triage.get("chosen_by", {}))
    for kept in (chosen, names):
        kept.pop(name, None)
    if value not in ("", None):
        chosen[name], names[name] = value, by
    incident.triage = {**incident.triage, "chosen": chosen, "chosen_by": names}


def settle(incident: Incident) -> dict[str, list[str]]:
    """Work out the fields anew, with the reasons. Returns what changed: field → [old, new]."""
    found = Findings.of(incident.triage.get("found", {}))
    before = {name: getattr(incident, name) for name in _TELLING}
    chosen: Mapping[str, Any] = incident.triage.get("chosen", {})
    names: Mapping[str, str] = incident.triage.get("chosen_by", {})
    why = {name: f"{who} chose it" for name, who in names.items()}

    def take(name: str, value: Any, reason: str) -> None:
        setattr(incident, name, chosen.get(name, value))
        why.setdefault(name, reason)

    take("affected_percent", found.percent, found.percent_why)
    take("type", found.type, found.type_why)
    kind = IncidentType(incident.type)
    category = CATEGORY_OF[kind]
    take("category", category, f"{kind.label} counts as {in_sentence(str(category.label))}")
    take("impact", *_impact(incident, found))
    take("priority", *_priority(incident, found))
    why["severity"] = incident.triage.get("severity_why", "")
    if incident.service is not None and incident.team_id == incident.service.team_id is not None:
        why["team"] = f"it looks after {incident.service.name}"
    incident.triage = {**incident.triage, "why": {name: text for name, text in why.items() if text}}
    return {
        name: [_written(old), _written(getattr(incident, name))]
        for name, old in before.items()
        if old != getattr(incident, name)
    }


def _written(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _impact(incident: Incident, found: Findings) -> tuple[Impact, str]:
    if incident.affected_percent is not None:
        percent = incident.affected_percent
        counted = percent == found.percent and found.percent_why
        return impact_of(percent), counted or f"{percent:.3g} % of the users are hit"
    if incident.environment.strip().lower() in _NOT_CUSTOMERS:
        return Impact.NONE, f"it is in {incident.environment}"
    if found.impact:
        return Impact(found.impact), found.impact_why
    return _by_severity(incident)


def _by_severity(incident: Incident) -> tuple[Impact, str]:
    """Nothing says whom it hurts: as bad as the severity says, a step worse on a vital service."""
    service, rank = incident.service, min(incident.severity.rank, len(_BY_SEVERITY) - 1)
    why = f"nothing says whom it hurts, and {incident.severity.code} means so much"
    step = _STEPS.get(service.tier, 0) if service is not None else 0
    if service is not None and step:
        why = f"{incident.severity.code} on {service.name}, a service of tier {service.tier}"
    return _BY_SEVERITY[min(max(rank + step, 0), len(_BY_SEVERITY) - 1)], why


def _priority(incident: Incident, found: Findings) -> tuple[Priority, str]:
    if found.priority in Priority.values:
        return Priority(found.priority), "a routing rule says so"
    impact = Impact(incident.impact)
    reason = f"{incident.severity.code} and {in_sentence(str(impact.label))} hit"
    return priority_of(incident.severity.rank, impact), reason
