"""The verbs that change an alert beside opening, acknowledging and closing it.

`Handled` collects the deeds of one batch: each changes the alert in memory at once, so that the
order of what a sender asks for is kept; `save` writes them and `tell` puts them on the timelines.
What was done is kept in `Alert.handling`, which no repeat of the signal touches:
`tags`, `details`, `responders`, `owner`, `notes`, `snoozed_until`, `priority`, `deleted_at`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from incidents.events import bus
from incidents.events import handling as facts
from incidents.kernel import row_locks
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.kernel.fact_types import FactBody
from incidents.kernel.matchers import Matcher
from incidents.models import Alert, AlertState, Incident
from incidents.pipeline.alert_rows import RELATED, Key
from incidents.pipeline.noise import silences
from incidents.pipeline.signal import Deed, Signal
from incidents.pipeline.triage import Severities

MOST_NOTES: Final = 50
MOST_KEPT: Final = 100
_SAVED: Final = ("state", "title", "description", "severity", "handling", "trail")


@dataclass(frozen=True, slots=True)
class Moment:
    """One deed with all that doing it needs to know."""

    alert: Alert
    values: Mapping[str, Any]
    by: str
    at: datetime
    severities: Severities

    @property
    def kept(self) -> dict[str, Any]:
        handling: dict[str, Any] = self.alert.handling
        return handling


@dataclass
class Handled:
    """The deeds of one batch."""

    alerts: dict[int, Alert] = field(default_factory=dict)
    news: list[tuple[Alert, facts.AlertFact]] = field(default_factory=list)

    def do(self, alert: Alert, deed: Deed, *, at: datetime, severities: Severities) -> str:
        """Change `alert`; returns what was done, for people who ask later. Saves nothing but the
        silence that a snooze is."""
        act = DEEDS.get(deed.kind)
        if act is None:
            return f"there is no deed called {deed.kind}"
        try:
            body = act(Moment(alert, deed.values, deed.by, at, severities))
        except Invalid as error:
            return f"not possible: {error}"
        if body is not None:
            self.alerts[id(alert)] = alert
            self.news.append((alert, body))
            alert.tell(at=at, kind=deed.kind, text=_sentence(deed.by, body))
        return deed.kind

    def save(self, *, but: Iterable[Alert] = ()) -> None:
        """Write the changed alerts, without those that are about to be inserted."""
        new = {id(alert) for alert in but}
        changed = [alert for key, alert in self.alerts.items() if key not in new]
        if changed:
            Alert.objects.bulk_update(changed, _SAVED)

    def tell(self, *, actor: Actor) -> None:
        """Put it on the timelines of the incidents. Alerts are saved by now."""
        bodies: dict[int, list[FactBody]] = {}
        incidents: dict[int, Incident] = {}
        for alert, body in self.news:
            if alert.incident is not None:
                incidents[alert.incident.pk] = alert.incident
                told = replace(body, alert_id=alert.pk)  # a new alert had no number before
                bodies.setdefault(alert.incident.pk, []).append(told)
        bus.emit_all(
            [
                bus.News(incident=incidents[pk], bodies=bodies[pk], actor=actor)
                for pk in sorted(bodies)
            ]
        )


def _sentence(by: str, body: facts.AlertFact) -> str:
    return f"{by}: {body.text()}" if by else body.text()


def addressed(integration_id: int, signals: Sequence[Signal]) -> Sequence[Signal]:
    """The signals of one integration, with the fingerprint of the alert where they name it by its
    number. What names an alert of somebody else, or none, gets no fingerprint."""
    numbers = {signal.alert_id for signal in signals if signal.alert_id is not None}
    if not numbers:
        return signals
    rows = Alert.objects.filter(pk__in=numbers, integration_id=integration_id)
    found = {
        pk: (name, began) for pk, name, began in rows.values_list("pk", "fingerprint", "started_at")
    }
    return [_addressed(signal, found) for signal in signals]


def _addressed(signal: Signal, found: Mapping[int, tuple[str, datetime]]) -> Signal:
    if signal.alert_id is None:
        return signal
    if signal.alert_id not in found:
        return replace(signal, fingerprint="")
    name, began = found[signal.alert_id]
    return replace(signal, fingerprint=name, since=signal.since or began)


def newest(keys: set[Key]) -> dict[Key, Alert]:
    """The last alert of each key, over or not; locked. Two queries."""
    if not keys:
        return {}
    asked = Alert.objects.filter(
        integration_id__in={k[0] for k in keys}, fingerprint__in={k[1] for k in keys}
    )
    last = asked.values("integration_id", "fingerprint").annotate(last=Max("pk"))
    rows = (
        row_locks.held(Alert.objects)
        .select_related(*RELATED)
        .filter(pk__in=[row["last"] for row in last])
        .order_by("pk")
    )
    return {(alert.integration_id, alert.fingerprint): alert for alert in rows}


def tags_of(alert: Alert) -> list[str]:
    return [str(tag) for tag in _kept_or_said(alert, "tags") or []]


def details_of(alert: Alert) -> dict[str, str]:
    return dict(_kept_or_said(alert, "details") or {})


def responders_of(alert: Alert) -> list[Any]:
    return list(_kept_or_said(alert, "responders") or [])


def _kept_or_said(alert: Alert, name: str) -> Any:
    """What was done to it goes before what its signal says."""
    handling: dict[str, Any] = alert.handling
    return handling[name] if name in handling else alert.annotations.get(name)


def _note(told: Moment) -> facts.AlertFact:
    text = str(told.values["note"])
    note = {"at": told.at.isoformat(), "by": told.by, "note": text}
    told.kept["notes"] = [*told.kept.get("notes", []), note][-MOST_NOTES:]
    return facts.AlertNoted(0, told.alert.title, text, told.by)


def _unacknowledge(told: Moment) -> facts.AlertFact | None:
    if told.alert.state != AlertState.ACKNOWLEDGED:
        return None
    told.alert.state = AlertState.OPEN
    return facts.AlertUnacknowledged(0, told.alert.title, told.by)


def _snooze(told: Moment) -> facts.AlertFact:
    """A silence for this alert alone, which is over when the alert is."""
    until = datetime.fromisoformat(told.values["until"])
    alert, by = told.alert, told.by or told.alert.integration.name
    draft = silences.Draft(
        matchers=[
            Matcher("fingerprint", "=", alert.fingerprint),
            Matcher("integration", "=", alert.integration.name),
        ],
        starts_at=told.at,
        ends_at=until,
        until_resolved=alert.pk is not None,
        comment=f"Snoozed: {alert.title}"[:200],
        creator=by[:150],
    )
    silences.silence(draft=draft, actor=Actor("integration", "alerts", by))
    told.kept["snoozed_until"] = until.isoformat()
    return facts.AlertSnoozed(0, alert.title, until.isoformat(), told.by)


def _assign(told: Moment) -> facts.AlertFact:
    told.kept["owner"] = owner = str(told.values["owner"])
    return facts.AlertAssigned(0, told.alert.title, owner, told.by)


def _escalate(told: Moment) -> facts.AlertFact:
    return facts.AlertEscalated(0, told.alert.title, str(told.values["name"]), told.by)


def _respond(told: Moment) -> facts.AlertFact:
    name = str(told.values["name"])
    added = [*responders_of(told.alert), {"name": name}]
    told.kept["responders"] = added[-MOST_KEPT:]
    return facts.AlertChanged(0, told.alert.title, f"added {name} as responder", told.by)


def _act(told: Moment) -> facts.AlertFact:
    words = f"ran the action {told.values['name']}"
    return facts.AlertChanged(0, told.alert.title, words, told.by)


def _tag(told: Moment) -> facts.AlertFact:
    tags = [str(tag) for tag in told.values["tags"]]
    told.kept["tags"] = list(dict.fromkeys([*tags_of(told.alert), *tags]))[:MOST_KEPT]
    return facts.AlertChanged(0, told.alert.title, f"tagged it {', '.join(tags)}", told.by)


def _untag(told: Moment) -> facts.AlertFact:
    gone = [str(tag) for tag in told.values["tags"]]
    told.kept["tags"] = [tag for tag in tags_of(told.alert) if tag not in gone]
    return facts.AlertChanged(0, told.alert.title, f"took off {', '.join(gone)}", told.by)


def _detail(told: Moment) -> facts.AlertFact:
    added = {str(name): str(value) for name, value in told.values["details"].items()}
    merged = {**details_of(told.alert), **added}
    told.kept["details"] = dict(list(merged.items())[:MOST_KEPT])
    return facts.AlertChanged(0, told.alert.title, f"added {', '.join(added)}", told.by)


def _undetail(told: Moment) -> facts.AlertFact:
    gone = [str(name) for name in told.values["keys"]]
    kept = {n: v for n, v in details_of(told.alert).items() if n not in gone}
    told.kept["details"] = kept
    return facts.AlertChanged(0, told.alert.title, f"removed {', '.join(gone)}", told.by)


def _change(told: Moment) -> facts.AlertFact | None:
    """Message, description or priority; saying the same again changes nothing."""
    alert, values = told.alert, told.values
    message, description = str(values.get("message", "")), str(values.get("description", ""))
    if message and message != alert.title:
        alert.title = message
        return facts.AlertChanged(0, message, "changed its title", told.by)
    if description and description != alert.description:
        alert.description = description
        return facts.AlertChanged(0, alert.title, "changed its description", told.by)
    severity = told.severities.find(str(values.get("severity", "")))
    if severity is None:
        return None
    told.kept["priority"] = values.get("priority", "")
    if severity.pk == alert.severity.pk:
        return None
    alert.severity = severity
    words = f"changed its severity to {severity.code}"
    return facts.AlertChanged(0, alert.title, words, told.by)


def _delete(told: Moment) -> facts.AlertFact:
    """Its sender does not see it any more; here it stays, as what happened."""
    told.kept["deleted_at"] = told.at.isoformat()
    return facts.AlertChanged(0, told.alert.title, "deleted it at its source", told.by)


DEEDS: Final[Mapping[str, Callable[[Moment], facts.AlertFact | None]]] = {
    "note": _note,
    "unacknowledge": _unacknowledge,
    "snooze": _snooze,
    "assign": _assign,
    "responder": _respond,
    "escalate": _escalate,
    "action": _act,
    "tag": _tag,
    "untag": _untag,
    "detail": _detail,
    "undetail": _undetail,
    "change": _change,
    "delete": _delete,
}
