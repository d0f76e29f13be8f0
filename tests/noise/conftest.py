"""A sender whose conditions come and go, and an engine that looks after them, on a still clock."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.kernel import clock, payload
from incidents.kernel.actor import Actor
from incidents.kernel.matchers import parse
from incidents.models import Alert, GroupingPolicy, Integration, Severity, Silence, User
from incidents.models import Signal as SignalRow
from incidents.pipeline import alert_rows, intake
from incidents.pipeline.noise import recheck, settings, silences
from incidents.sources import adapters
from tests.conftest import FrozenClock, People

SignIn = Callable[[User], Client]
ANA = Actor("user", "ana", "Ana")


@dataclass
class Sender:
    """Speaks through one integration; time is that of `clock`."""

    integration: Integration
    clock: FrozenClock
    said: int = field(default=0)

    def fire(self, name: str = "DiskFull", source: str = "db-1", **event: Any) -> Alert:
        self.say({"type": name, "source": source, "message": f"{name} on {source}", **event})
        return self.alert(name, source)

    def clear(self, name: str = "DiskFull", source: str = "db-1") -> None:
        event = {"type": name, "source": source, "message": "over", "action": "resolve"}
        self.say(event)

    def alert(self, name: str = "DiskFull", source: str = "db-1") -> Alert:
        """The newest episode of a condition."""
        return Alert.objects.filter(labels__source=source, labels__type=name).latest("pk")

    def opened(self, name: str = "DiskFull", source: str = "db-1") -> str:
        """The title of the incident that the newest episode is in, or nothing."""
        incident = self.alert(name, source).incident
        return incident.title if incident is not None else ""

    def say(self, *events: dict[str, Any]) -> None:
        SignalRow.objects.bulk_create(
            SignalRow(
                integration=self.integration,
                adapter="native",
                delivery_id=uuid.uuid4(),
                body=payload.write(event),
                received_at=clock.now(),
            )
            for event in events
        )
        while intake.fold_batch(adapters.read):
            pass

    def wait(self, **time: float) -> None:
        """Let time pass, and the engine work off what is due."""
        self.clock.fast_forward(**time)
        while recheck.work():
            pass


@pytest.fixture
def sender(
    severities: dict[str, Severity], frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Sender:
    monkeypatch.setattr(recheck, "_in_force", None)
    monkeypatch.setattr(alert_rows, "_counts", {})
    integration = Integration.objects.create(
        kind="native", name="Nodes", hint="isi_test", key_hash="1" * 64
    )
    return Sender(integration, frozen)


def silenced(matchers: str, *, minutes: float | None = 60, **draft: Any) -> Silence:
    """A silence from now on, made by Ana."""
    starts = draft.pop("starts_at", clock.now())
    ends = None if minutes is None else starts + timedelta(minutes=minutes)
    given = {"comment": "deploying", "creator": "Ana", "starts_at": starts, "ends_at": ends}
    drafted = silences.Draft(matchers=parse(matchers), **{**given, **draft})
    return silences.silence(draft=drafted, actor=ANA)


def grouped(**policy: Any) -> GroupingPolicy:
    return settings.group(GroupingPolicy(**{"name": "Nodes", **policy}))


@pytest.fixture
def responder(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.teammate)


@pytest.fixture
def admin(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.admin)


@pytest.fixture
def observer(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.observer)
