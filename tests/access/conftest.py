"""One row of everything that an address can name, in an open incident or in a private one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.utils import timezone

from incidents.kernel.actor import Actor
from incidents.models import (
    Alert,
    ApiKey,
    DetectionRule,
    Incident,
    Integration,
    Service,
    Severity,
    TelemetrySource,
)
from postmortems import services as post_mortems
from runbooks import services as runbooks
from statuspage.models import Component, StatusPage
from tests.conftest import Declare, People
from warroom.services import chat

RUNBOOK = "# Disk is full\n\n## Look\n\nWhich disk?\n\n## Free space\n\nOldest logs first.\n"
CANARY = "Zanzibar payroll"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class World:
    """`values` is keyed by the part of a route up to the parameter, without a leading `api/`."""

    incident: Incident
    values: dict[str, object]

    def address(self, route: str) -> str:
        """`route` with a real row for each parameter; KeyError for one that nobody thought of."""

        def value(found: re.Match[str]) -> str:
            if found[1] == "message":
                return str(self.values["message"])
            so_far = PARAMETER.sub("*", route[: found.end()]).removeprefix("api/")
            return str(self.values[so_far])

        return "/" + PARAMETER.sub(value, route)


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(
    declare: Declare, people: People, integration: Integration, service: Service
) -> MakeWorld:
    def make(*, private: bool = False) -> World:
        incident = declare(CANARY, private=private, service=service)
        values = {**_about(incident, integration, people), **_settings(integration, service)}
        return World(incident, values)

    return make


def _about(incident: Incident, integration: Integration, people: People) -> dict[str, object]:
    actor = Actor.of(people.commander)
    message = chat.post(incident_id=incident.pk, body=f"{CANARY} is down", actor=actor)
    runbook = runbooks.write(runbooks.new(title="Disk is full", body=RUNBOOK), actor=actor)
    run = runbooks.start(incident_id=incident.pk, runbook_id=runbook.pk, actor=actor)
    post_mortems.draft(incident_id=incident.pk, actor=actor)
    content = post_mortems.ActionChanges(title=f"{CANARY}: set the limit")
    item = post_mortems.add_action_item(incident_id=incident.pk, content=content, actor=actor)
    return {
        "incidents/*": incident.reference,
        "incidents/*/messages/*": message.seq,
        "post-mortems/*": incident.reference,
        "post-mortems/*/sections/*": "summary",
        "post-mortems/*/export/*": "html",
        "postmortems/*": incident.reference,
        "action-items/*": item.pk,
        "alerts/trace/*": uuid4(),
        "alerts/*": _alert(incident, integration).pk,
        "runbooks/*": runbook.slug,
        "runbooks/incident/*": incident.reference,
        "runbooks/runs/*": run.pk,
        "runbooks/runs/*/steps/*": 0,
        "message": message.pk,
    }


def _alert(incident: Incident, integration: Integration) -> Alert:
    now = timezone.now()
    return Alert.objects.create(
        integration=integration,
        fingerprint="a",
        title=f"{CANARY}: errors",
        severity=incident.severity,
        incident=incident,
        started_at=now,
        last_seen_at=now,
    )


def _settings(integration: Integration, service: Service) -> dict[str, object]:
    source = TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9/")
    rule = DetectionRule.objects.create(
        name="Errors",
        source=source,
        query="up",
        threshold=1,
        severity=Severity.objects.get(code="P1"),
    )
    page = StatusPage.objects.create(slug="main", name="Ferrybank", is_default=True)
    component = Component.objects.create(page=page, slug="cards", name="Cards", service=service)
    return {
        "settings/integrations/*": integration.pk,
        "settings/keys/*": ApiKey.issue("Pager", ["read"])[0].pk,
        "sign-in/*": "in_unknown",
        "status-page/*": page.slug,
        "status-page/components/*": component.pk,
        "status/components/*": component.slug,
        "services/*": service.slug,
        "teams/*": "payments",
        "integrations/*": integration.pk,
        "detection/sources/*": source.pk,
        "detection/rules/*": rule.pk,
    }
