"""Rules in few words, versions at work, and signals to route."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Integration, RoutingVersion, Service, Severity
from incidents.models import Signal as SignalRow
from incidents.pipeline import intake
from incidents.pipeline.routing import versions
from incidents.pipeline.routing.document import Tables, checked
from incidents.pipeline.routing.judging import Compiled, Directed, Names, judge
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities
from incidents.sources import adapters
from tests.conftest import People

Condition = tuple[str, str] | tuple[str, str, Any]
AT: Final = datetime(2026, 11, 3, 3, 10, tzinfo=UTC)  # a Tuesday
PLAIN: Final = Signal("fire", "c7e2f1b2", title="High error rate", labels={"env": "prod"})


def rule(name: str = "A rule", *conditions: Condition, **more: Any) -> dict[str, Any]:
    """`rule("Quiet", ("labels.env", "is", "staging"), suppress=True)`: what is no member of a rule
    is an action."""
    own: dict[str, Any] = {
        key: more.pop(key) for key in ("match", "off", "go_on", "id") if key in more
    }
    rows = [
        {"field": one[0], "operator": one[1], "value": one[2] if len(one) > 2 else ""}
        for one in conditions
    ]
    return {"name": name, "conditions": rows, "actions": more, **own}


def compiled(*rules: Mapping[str, Any]) -> Compiled:
    content = checked({"rules": list(rules)}, Tables.load())
    return Compiled.of(7, content)


Direct = Callable[..., Directed]


@pytest.fixture
def direct(integration: Integration, service: Service, severities: dict[str, Severity]) -> Direct:
    """What rules make of a signal: `direct(rule(…), rule(…), title="Disk full")`."""

    def run(*rules: Mapping[str, Any], at: datetime = AT, **signal: Any) -> Directed:
        found = Signal("fire", "c7e2f1b2", **{"title": PLAIN.title, **signal})
        team = {service.team.slug: service.team} if service.team else {}
        names = Names(Severities.load(), Services.load(), team)
        return judge(compiled(*rules), found, integration, at, names).directed

    return run


Publish = Callable[..., RoutingVersion]


@pytest.fixture
def admin(people: People) -> Actor:
    return Actor.of(people.admin)


@pytest.fixture
def publish(
    admin: Actor, integration: Integration, service: Service, severities: dict[str, Severity]
) -> Publish:
    """Put rules to work: `publish(rule(…), to="shadow")`."""

    def run(*rules: Mapping[str, Any], to: str = "live") -> RoutingVersion:
        version = versions.write_draft(document={"rules": list(rules)}, actor=admin)
        if to == "shadow":
            version.simulations.create(revision=version.revision, by="Ada", result={})
            return versions.to_shadow(number=version.number, actor=admin)
        return versions.go_live(number=version.number, actor=admin, confirmed=True)

    return run


Receive = Callable[..., SignalRow]


@pytest.fixture
def receive(integration: Integration) -> Receive:
    """Take in an alert of Alertmanager and fold it: `receive("Disk", env="staging")`."""

    def run(
        name: str = "HighErrorRate", *, over: bool = False, fingerprint: str = "", **labels: str
    ) -> SignalRow:
        told = {
            "status": "resolved" if over else "firing",
            "fingerprint": fingerprint or name,
            "labels": {"alertname": name, "severity": "critical", **labels},
            "annotations": {"summary": f"{name} happened"},
        }
        row = SignalRow.objects.create(
            integration=integration,
            adapter="alertmanager",
            delivery_id=uuid.uuid4(),
            body=json.dumps({"version": "4", "alerts": [told]}).encode(),
        )
        intake.fold_batch(adapters.read)
        row.refresh_from_db()
        return row

    return run
