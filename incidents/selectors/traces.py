"""The whole way of one alert, from the wire to its end, each step with its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from incidents.kernel import payload
from incidents.kernel.durations import latency
from incidents.models import Alert, Fact, Incident, Signal, SignalState
from incidents.selectors import routing
from incidents.selectors.muting import KINDS

EPISODES: Final = 20
MOST_FACTS: Final = 40
_OF_INCIDENT: Final = (
    *("incident.state_changed", "incident.severity_changed", "alert.still_firing"),
    "incident.role_assigned",
)
# What decisions about it are called; those that hold it have the words of their marks.
_DECIDED: Final[dict[str, tuple[str, str]]] = {
    **{kind: (word, icon) for kind, (word, icon, _) in KINDS.items()},
    "released": ("No longer held", "bell-ringing"),
    "severity": ("Severity chosen", "gauge"),
    "note": ("Noted by its sender", "note"),
    "snooze": ("Snoozed by its sender", "bell-off"),
    "assign": ("Assigned by its sender", "user-plus"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One station; `link` leads to its signal or incident."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    took: str = ""
    tone: str = ""
    signal: int = 0
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """What the steps are read from."""

    alert: Alert
    signal: Signal | None
    facts: Sequence[Fact]
    episodes: Sequence[Alert]

    @property
    def outcome(self) -> dict[str, Any]:
        """What its first message told of it."""
        told = self.signal.outcome if self.signal else []
        mine = self.alert.fingerprint
        return next((o for o in told if o.get("fingerprint") == mine), {})


def way_of(alert: Alert, visible: QuerySet[Alert]) -> Way:
    """Three queries."""
    return Way(alert, first_signal(alert), _facts(alert), episodes(alert, visible))


def first_signal(alert: Alert) -> Signal | None:
    """The message that opened the alert, while it is kept."""
    if alert.first_signal_id is None:
        return None
    return Signal.objects.filter(pk=alert.first_signal_id).first()


def episodes(alert: Alert, visible: QuerySet[Alert]) -> list[Alert]:
    """The same condition at other times, the newest first."""
    same = visible.filter(integration_id=alert.integration_id, fingerprint=alert.fingerprint)
    return list(same.exclude(pk=alert.pk).order_by("-pk")[:EPISODES])


def _facts(alert: Alert) -> list[Fact]:
    if alert.incident_id is None:
        return []
    own = Q(kind__in=("alert.attached", "alert.acknowledged"), data__alert_id=alert.pk)
    rows = Fact.objects.filter(Q(kind__in=_OF_INCIDENT) | own, incident_id=alert.incident_id)
    return list(rows.order_by("seq")[:MOST_FACTS])


def trace(way: Way) -> list[Step]:
    """In order of time; of one moment, in the order in which things are done."""
    steps = [
        Step(way.alert.started_at, "flame", "Began", "by the sender's clock"),
        *_taken_in(way),
        *_decided(way.alert),
        *_joined(way),
        *_told(way),
        *_again(way.alert),
        *_over(way),
    ]
    return sorted(steps, key=lambda step: step.at)


def _taken_in(way: Way) -> Iterable[Step]:
    signal, alert = way.signal, way.alert
    if signal is None:
        return
    source = alert.integration.name
    received = f"from {source}, stored before it was answered"
    yield Step(signal.received_at, "inbox", "Received", received, signal=signal.pk)
    if signal.folded_at is None or signal.state != SignalState.FOLDED:
        return
    at = _read_at(way) or signal.folded_at
    took = latency((signal.folded_at - signal.received_at).total_seconds())
    held = (
        f"one of {len(signal.outcome)} signals in it" if len(signal.outcome) > 1 else "one signal"
    )
    yield Step(at, "braces", "Read", held, took, signal=signal.pk)
    yield Step(at, "fingerprint", "New alert, not a repeat", fingerprint_words(alert))
    routed = routing.directed(way.outcome)
    yield Step(at, "route", "Routed", routed or "no routing rule matched it")


def _read_at(way: Way) -> datetime | None:
    """When its first message was read: folding is noted last, after all that was decided."""
    folded = way.signal.folded_at if way.signal else None
    if way.signal is None or folded is None:
        return None
    decided = (payload.moment(told.get("at")) for told in way.alert.trail)
    return min([folded, *(at for at in decided if at and at >= way.signal.received_at)])


def fingerprint_words(alert: Alert) -> str:
    """Why it is one alert: by which fields its signals are the same condition."""
    names = alert.integration.options.get("fingerprint")
    nothing = f"nothing with the fingerprint {alert.fingerprint[:60]} was firing"
    if isinstance(names, list) and names:
        fields = ", ".join(map(str, names))
        return f"{nothing}; it is made of {fields}, as chosen for {alert.integration.name}"
    return f"{nothing}; it is what {alert.integration.name} calls the condition"


def _decided(alert: Alert) -> Iterable[Step]:
    for told in alert.trail:
        at = payload.moment(told.get("at"))
        if at is None or told.get("kind") == "unheard":
            continue
        kind = str(told.get("kind", ""))
        title, icon = _DECIDED.get(kind, (f"{kind.replace('_', ' ').capitalize()}", "point"))
        yield Step(at, icon, title, str(told.get("text", "")))


def _joined(way: Way) -> Iterable[Step]:
    alert, incident = way.alert, way.alert.incident
    if incident is None:
        return
    told = next((fact for fact in way.facts if fact.kind == "alert.attached"), None)
    folded = way.signal.folded_at if way.signal else None
    at = told.occurred_at if told else max(incident.opened_at, folded or alert.started_at)
    at = max(at, _read_at(way) or at)
    earlier = incident.alerts.filter(pk__lt=alert.pk).exists()
    opened = incident.source == "alert" and not earlier
    title = f"Opened {incident.reference}" if opened else f"Joined {incident.reference}"
    yield Step(at, "flame" if opened else "stack-2", title, alert.why, incident=incident)
    if alert.untold and alert.recheck_at is not None:
        text = f"{incident.reference} spoke of others just now, and speaks of this one later"
        yield Step(at, "hourglass", "Told later", text)


def _told(way: Way) -> Iterable[Step]:
    """What became of its incident, and who took it."""
    for fact in way.facts:
        if fact.kind == "alert.attached":
            continue
        if fact.kind == "incident.role_assigned" and fact.data.get("role") != "commander":
            continue
        if fact.occurred_at < way.alert.started_at:
            continue
        text = f"{fact.actor_name} {fact.text}".strip()
        title = "Acknowledged" if fact.kind == "alert.acknowledged" else "Its incident"
        yield Step(fact.occurred_at, fact.icon, title, text)


def _again(alert: Alert) -> Iterable[Step]:
    if alert.count > 1:
        text = f"its source has said it {alert.count:,} times; it stays one alert"
        yield Step(alert.last_seen_at, "refresh", "Said again", text)


def _over(way: Way) -> Iterable[Step]:
    alert = way.alert
    if alert.resolved_at is None:
        return
    yield Step(alert.resolved_at, "circle-check", "Over", over_words(way), tone="ok")


def over_words(way: Way) -> str:
    """Who or what ended it."""
    alert = way.alert
    unheard = next((told for told in alert.trail if told.get("kind") == "unheard"), None)
    if unheard is not None:
        return str(unheard.get("text", ""))
    closed, ended = alert.incident.resolved_at if alert.incident else None, alert.resolved_at
    again = any(other.pk > alert.pk for other in way.episodes)
    if again and closed is not None and ended is not None and closed <= ended:
        return "people resolved its incident; it went on after that, as an alert of its own"
    return f"{alert.integration.name} said so"
