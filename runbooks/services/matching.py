"""Which runbooks fit an incident, the best first, and why."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Case, When
from django.db.models.fields.json import KT

from incidents.events import bus, timeline
from incidents.kernel.actor import Actor
from incidents.models import Alert, Fact, Incident, IncidentType
from incidents.models import Category as IncidentCategory
from incidents.models.triage import CATEGORY_OF, in_sentence
from incidents.pipeline import lifecycle
from runbooks import selectors
from runbooks.events import RunbookSuggested
from runbooks.models import Category, Compared, Runbook, RunbookPattern

# An incident may hold thousands of alerts; its newest say enough.
ALERTS_READ = 50
SHOWN = 5
TOLD = 3
RUNBOOKS = Actor.system("runbooks")

# What a fit is worth. A service alone says little: all its incidents have it.
_TITLE, _LABEL, _ALERT, _TYPE, _SERVICE, _SEVERITY = 4, 4, 3, 2, 1, 1
# More than all patterns together: a rule that names a runbook has been told by people.
_NAMED = 100

# Which types of incident the runbooks of a category are about; all security types are security's.
_ABOUT: Mapping[str, tuple[str, ...]] = {
    Category.AVAILABILITY: (IncidentType.SERVICE_OUTAGE, IncidentType.API_FAILURE),
    Category.PERFORMANCE: (IncidentType.PERFORMANCE_DEGRADATION,),
    Category.CAPACITY: (IncidentType.RESOURCE_EXHAUSTION,),
    Category.DATABASE: (IncidentType.DATABASE_FAILURE,),
    Category.NETWORK: (IncidentType.NETWORK_ISSUE, IncidentType.DDOS),
    Category.DELIVERY: (IncidentType.DEPLOYMENT_FAILURE, IncidentType.CONFIGURATION_ERROR),
    Category.SECURITY: tuple(
        kind for kind, category in CATEGORY_OF.items() if category == IncidentCategory.SECURITY
    ),
}


@dataclass(slots=True)
class Suggestion:
    runbook: Runbook
    reasons: list[str] = field(default_factory=list)
    score: int = 0

    @property
    def why(self) -> str:
        """In words, to follow "because"."""
        *before, last = self.reasons
        return f"{', '.join(before)} and {last}" if before else last

    def add(self, worth: int, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)
            self.score += worth


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is known of an incident, as far as patterns ask."""

    title: str
    service: tuple[str, ...]
    alerts: list[str]
    labels: dict[str, set[str]]
    named: set[str]


def match(incident: Incident, *, limit: int = SHOWN) -> list[Suggestion]:
    """The enabled runbooks that have patterns and whose patterns or category fit, the best first;
    before them those that a detection rule names. Two queries, and one where a rule names any."""
    patterns = selectors.enabled_patterns()
    subject = _subject(incident)
    found: dict[int, Suggestion] = {}
    for pattern in patterns:
        fit = _fit(pattern, subject)
        if fit:
            suggestion = found.setdefault(pattern.runbook_id, Suggestion(pattern.runbook))
            suggestion.add(*fit)
        if incident.type in _ABOUT.get(pattern.runbook.category, ()):
            suggestion = found.setdefault(pattern.runbook_id, Suggestion(pattern.runbook))
            suggestion.add(_TYPE, f"its type is {in_sentence(incident.get_type_display())}")
    fitting = [one for one in found.values() if _severity_fits(one, incident.severity.code)]
    fitting = _with_named(subject.named, fitting)
    return sorted(fitting, key=lambda one: (-one.score, one.runbook.title))[:limit]


def _subject(incident: Incident) -> _Subject:
    service = incident.service
    alerts = Alert.objects.filter(incident=incident).order_by("-last_seen_at", "-pk")
    named = Case(When(integration__kind="detection", then=KT("annotations__runbook")))
    rows = list(alerts.values_list("title", "labels", named)[:ALERTS_READ])
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for _, found, _ in rows:
        for name, value in found.items():
            labels[name].add(str(value))
    return _Subject(
        title=incident.title,
        service=(service.name, service.slug) if service else (),
        alerts=[title for title, *_ in rows],
        labels=labels,
        named={slug for *_, slug in rows if slug},
    )


def _with_named(named: set[str], found: list[Suggestion]) -> list[Suggestion]:
    if not named:
        return found
    known = {one.runbook.pk: one for one in found}
    for runbook in selectors.enabled(named):
        known.setdefault(runbook.pk, Suggestion(runbook)).add(_NAMED, "the detection rule names it")
    return list(known.values())


def _fit(pattern: RunbookPattern, subject: _Subject) -> tuple[int, str] | None:
    """What the pattern is worth here, and the reason in words."""
    if pattern.field == Compared.SERVICE:
        fits = any(pattern.found_in(name) for name in subject.service)
        return (_SERVICE, f"the service is {subject.service[0]}") if fits else None
    if pattern.field == Compared.LABEL:
        values = sorted(v for v in subject.labels.get(pattern.label, ()) if pattern.found_in(v))
        return (_LABEL, f"the label {pattern.label} is {values[0]}") if values else None
    words = pattern.found_in(subject.title)
    if words:
        return _TITLE, f"the title has “{words}”"
    words = next((w for title in subject.alerts if (w := pattern.found_in(title))), "")
    return (_ALERT, f"an alert has “{words}”") if words else None


def _severity_fits(suggestion: Suggestion, code: str) -> bool:
    meant = suggestion.runbook.severities
    if not meant:
        return True
    if code not in meant:
        return False
    suggestion.add(_SEVERITY, f"it is for {code}")
    return True


@transaction.atomic
def suggest(*, incident_id: int, cause: Fact) -> Fact | None:
    """Put the best suggestions on the timeline, once per incident; None where nothing is new."""
    incident = lifecycle.locked(incident_id, merged_too=True)
    if incident.is_over or timeline.of_kind(incident_id, RunbookSuggested.kind):
        return None
    found = match(incident, limit=TOLD)
    if not found:
        return None
    body = RunbookSuggested(
        [{"slug": s.runbook.slug, "title": s.runbook.title, "why": s.why} for s in found]
    )
    return bus.emit(incident, body, actor=RUNBOOKS, cause=cause)
