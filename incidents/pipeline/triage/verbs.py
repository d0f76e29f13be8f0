"""Triage of incidents that are open already: by alerts that join, and by people, who win."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Alert, Incident
from incidents.pipeline import classification, lifecycle

_ALERTS_READ: Final = 5
PERCENT: Final = "affected_percent"
# What is worth a line on the timeline when alerts change it.
_TOLD: Final = frozenset({"type", "category", "impact", "priority"})


def told_by(alerts: Sequence[Alert]) -> classification.Told:
    """What these alerts tell triage; the first one leads."""
    labels: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for alert in reversed(alerts[:_ALERTS_READ]):
        labels |= alert.labels
        figures |= alert.annotations
    lead = alerts[0]
    return classification.Told(
        labels=labels,
        figures=figures,
        value=lead.value,
        alerts=[alert.title for alert in alerts[:_ALERTS_READ]],
        priority=lead.priority,
        severity_why=next((w["text"] for w in lead.trail if w.get("kind") == "severity"), ""),
    )


def again(joined: Iterable[tuple[Incident, Sequence[Alert]]]) -> list[bus.News]:
    """Let triage look again at open incidents that alerts have joined; their rows are locked.

    Stronger evidence wins, figures and impact only rise, and what people chose stays. At most one
    statement. Returns what there is to tell; the incidents carry their new fields.
    """
    changed: list[Incident] = []
    news: list[bus.News] = []
    for incident, alerts in joined:
        before = incident.triage.get("found")
        differs = classification.find(incident, told_by(alerts))
        if differs or incident.triage["found"] != before:
            changed.append(incident)
        if _TOLD & differs.keys():
            body = lifecycle.triaged(incident, again=True)
            news.append(bus.News(incident=incident, bodies=[body], actor=lifecycle.TRIAGE))
    Incident.objects.bulk_update(changed, classification.SETTLED)
    return news


@transaction.atomic
def classify(
    *, incident_id: int, choices: Mapping[str, Any], actor: Actor, reason: str = ""
) -> Incident:
    """Let a person's choices stand against triage from now on: type, category, impact, priority,
    affected_percent. An empty choice leaves the field to triage again."""
    incident = lifecycle.locked(incident_id)
    for name, value in checked(choices).items():
        classification.choose(incident, name=name, value=value, by=actor.name)
    changes = classification.settle(incident)
    incident.save(update_fields=classification.SETTLED)
    if changes:
        body = facts.IncidentClassified(changes=changes, reason=reason)
        bus.emit(incident, body, actor=actor)
    return incident


def checked(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The choices, each a value of its field or "". Invalid, naming the field, where one is not."""
    found: dict[str, Any] = {}
    for name, value in choices.items():
        if name == PERCENT:
            found[name] = _percent(value)
        elif name not in classification.CHOICES:
            known = ", ".join([*classification.CHOICES, PERCENT])
            raise Invalid(f"{name} cannot be classified.", f"Fields: {known}.", field=name)
        elif value not in ("", None) and value not in dict(classification.CHOICES[name]):
            words = ", ".join(word for word, _ in classification.CHOICES[name])
            raise Invalid(f"There is no {name} {value!r}.", f"Use {words}.", field=name)
        else:
            found[name] = value or ""
    return found


def _percent(value: Any) -> float | str:
    if value in ("", None):
        return ""
    try:
        number = float(str(value).replace("%", ""))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise Invalid("Give the users hit in percent.", "A number from 0 to 100.", field=PERCENT)
    return number
