"""Incidents with alerts of one sender, and the verbs that bring them together."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from incidents.kernel import clock, payload
from incidents.kernel.actor import Actor
from incidents.models import Alert, Incident, Integration, Severity, Signal
from incidents.pipeline import intake, lifecycle, merging
from incidents.sources import adapters
from tests.conftest import People


@dataclass
class Desk:
    """What a test does to incidents, as Cara, and the sender whose alerts open them."""

    people: People
    severities: dict[str, Severity]
    integration: Integration
    said: int = field(default=0)

    @property
    def cara(self) -> Actor:
        return Actor.of(self.people.commander)

    def fire(self, name: str, *, source: str = "db-1", **event: Any) -> Alert:
        """Alerts of one name make one incident, whatever their source."""
        self.say({"type": name, "source": source, "message": name, **event})
        return Alert.objects.filter(labels__type=name, labels__source=source).latest("pk")

    def clear(self, name: str, *, source: str = "db-1") -> None:
        self.say({"type": name, "source": source, "message": "over", "action": "resolve"})

    def say(self, *events: dict[str, Any]) -> None:
        self.send(*events)
        self.fold()

    def send(self, *events: dict[str, Any]) -> None:
        Signal.objects.bulk_create(
            Signal(
                integration=self.integration,
                adapter="native",
                delivery_id=uuid.uuid4(),
                body=payload.write(event),
                received_at=clock.now(),
            )
            for event in events
        )

    def fold(self) -> None:
        while intake.fold_batch(adapters.read):
            pass

    def incident(self, name: str, *sources: str) -> Incident:
        """One with an alert from each of the sources."""
        for source in sources or ("db-1",):
            alert = self.fire(name, source=source)
        return self.read(alert.incident_id or 0)

    def move(self, incident: Incident, *names: str) -> Incident:
        for name in names:
            lifecycle.move(incident_id=incident.pk, name=name, actor=self.cara)
        return self.read(incident.pk)

    def merge(self, *sources: Incident, into: Incident, **chosen: Any) -> Incident:
        joining = merging.Joining(
            target_id=into.pk, source_ids=[each.pk for each in sources], **chosen
        )
        return merging.merge(joining=joining, actor=self.cara)

    def unmerge(self, incident: Incident) -> merging.Parted:
        return merging.unmerge(incident_id=incident.pk, actor=self.cara)

    def split(
        self, incident: Incident, alerts: Sequence[Alert], title: str = "Something else"
    ) -> Incident:
        division = merging.Division(
            alert_ids=[alert.pk for alert in alerts], title=title, severity=self.severities["P2"]
        )
        return merging.split(incident_id=incident.pk, division=division, actor=self.cara)

    def link(self, one: Incident, relation: str, other: Incident) -> None:
        merging.link(incident_id=one.pk, other_id=other.pk, relation=relation, actor=self.cara)

    @staticmethod
    def read(pk: int) -> Incident:
        return Incident.objects.select_related("severity").get(pk=pk)

    @staticmethod
    def alerts(incident: Incident) -> list[str]:
        rows = Alert.objects.filter(incident=incident).order_by("pk")
        return [f"{a.labels['type']} {a.labels['source']}" for a in rows]


@pytest.fixture
def desk(people: People, severities: dict[str, Severity]) -> Desk:
    integration = Integration.objects.create(
        kind="native", name="Sender", hint="isi_desk", key_hash="1" * 64
    )
    return Desk(people, severities, integration)


Told = Callable[[Incident], list[str]]


@pytest.fixture
def told() -> Told:
    """The texts of what was told about how an incident hangs together with others."""
    kinds = [f"incident.{name}" for name in ("merged", "unmerged", "split", "linked", "unlinked")]

    def texts(incident: Incident) -> list[str]:
        rows = incident.facts.filter(kind__in=kinds).order_by("seq")
        return [fact.text for fact in rows]

    return texts
