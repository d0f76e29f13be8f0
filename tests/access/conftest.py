"""An installation with one of everything, in an open incident and in a private one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import (
    Alert,
    ApiKey,
    CustomField,
    DetectionRule,
    GroupingPolicy,
    Incident,
    Inhibition,
    Integration,
    MaintenanceWindow,
    Notice,
    SavedView,
    Service,
    Severity,
    Signal,
    SignalState,
    Silence,
    StageCheck,
    TelemetrySource,
    User,
)
from incidents.pipeline import lifecycle, merging, stages
from incidents.pipeline.routing import versions
from incidents.sources.heartbeats import writing as heartbeats
from postmortems import services as postmortems
from runbooks import services as runbooks
from runbooks.models import Runbook
from statuspage.models import Component, ComponentGroup, StatusPage, UpdateTemplate
from tests.conftest import Declare, People
from warroom.models import RoleOffer
from warroom.services import chat, decisions, document, files, hypotheses, pins, tasks

# Whatever belongs to the private incident carries this word.
MARK = "Zanzibar"


@dataclass
class World:
    """`open` and `hidden` are values for the parameters of addresses."""

    open: dict[str, Any]
    hidden: dict[str, Any]


def _alert(incident: Incident, integration: Integration, title: str) -> Alert:
    signal = Signal.objects.create(
        integration=integration,
        adapter="native",
        delivery_id=clock.now().strftime("0198c0de-0000-7000-8000-%H%M%S%f"),
        body=title.encode(),
        state=SignalState.FOLDED,
        folded_at=clock.now(),
        outcome=[{"action": "open", "fingerprint": f"condition {incident.pk}"}],
    )
    return Alert.objects.create(
        integration=integration,
        fingerprint=f"condition {incident.pk}",
        title=title,
        severity=incident.severity,
        incident=incident,
        started_at=clock.now(),
        last_seen_at=clock.now(),
        first_signal_id=signal.pk,
    )


def _populate(incident: Incident, integration: Integration, runbook: Runbook, by: User) -> Any:
    """Fill the incident; the values that lead to what is in it.

    Whatever else an incident may hold belongs in here, with `word` in each of its texts: an address
    whose parameters then differ from those of the open incident is walked as one inside it.
    """
    actor, word = Actor.of(by), incident.title
    alert = _alert(incident, integration, f"{word} alert")
    message = chat.post(incident_id=incident.pk, body=f"{word} said", actor=actor)
    lifecycle.note(incident_id=incident.pk, text=f"{word} noted", actor=actor)
    run = runbooks.start(incident_id=incident.pk, runbook_id=runbook.pk, actor=actor)
    runbooks.tick(run_id=run.pk, index=1, done=True, actor=actor, note=f"{word} ticked")
    postmortems.draft(incident_id=incident.pk, actor=actor)
    _call_everybody(incident, f"{word} calls")
    content = postmortems.ActionChanges(title=f"{word} item")
    item = postmortems.add_action_item(incident_id=incident.pk, content=content, actor=actor)
    document.replace(incident_id=incident.pk, text=f"{word} written", actor=actor)
    _put_on_record(incident, message.seq, actor)
    return {
        "link": _linked(incident, actor),
        "ref": incident.reference,
        "offer": _offer(incident, by).pk,
        "check": StageCheck.objects.first().pk,  # type: ignore[union-attr]  # loaded before
        "task": 1,
        "hypothesis": 1,
        "alert": alert.pk,
        "signal": alert.first_signal_id,
        "identifier": alert.fingerprint,
        "item": item.pk,
        "delivery_id": Signal.objects.latest("pk").delivery_id,
        "request_id": Signal.objects.latest("pk").delivery_id,
        "message": message.pk,
        "seq": message.seq,
        "version": 1,
        "run": run.pk,
        "step": 1,
    }


def _linked(incident: Incident, actor: Actor) -> int:
    sibling = lifecycle.declare(
        declaration=lifecycle.Declaration(
            title=f"{incident.title} sibling", severity=incident.severity, private=incident.private
        ),
        actor=actor,
    )
    made = merging.link(
        incident_id=incident.pk, other_id=sibling.pk, relation="caused_by", actor=actor
    )
    return made.pk


def _call_everybody(incident: Incident, text: str) -> None:
    """Those too who could see the incident once, and no longer can."""
    fact = incident.facts.latest("seq")
    at = {"created_at": clock.now(), "text": text, "url": incident.get_absolute_url()}
    for user in User.objects.all():
        Notice.objects.create(user=user, incident=incident, fact=fact, kind=fact.kind, **at)


def _put_on_record(incident: Incident, seq: int, actor: Actor) -> None:
    word, pk = incident.title, incident.pk
    content = tasks.TaskContent(title=f"{word} task")
    tasks.open_task(incident_id=pk, content=content, actor=actor)
    pins.pin(incident_id=pk, seq=seq, actor=actor)
    decision = decisions.DecisionContent(text=f"{word} decided")
    decisions.record(incident_id=pk, content=decision, actor=actor)
    hypotheses.propose(incident_id=pk, text=f"{word} supposed", actor=actor)


def _offer(incident: Incident, by: User) -> RoleOffer:
    """To the admin."""
    word, now = incident.title, clock.now()
    return RoleOffer.objects.create(
        incident=incident,
        role="scribe",
        receiver=User.objects.get(username="ada"),
        giver_handle=by.username,
        giver_name=f"{word} giver",
        checklist=[["Known", f"{word} known"]],
        offered_at=now,
        expires_at=now + timedelta(hours=1),
    )


def _attach(incident: Incident, by: User) -> dict[str, Any]:
    word = incident.title
    upload = files.Upload(f"{word}.txt", [f"{word} attached".encode()])
    [row] = files.add(incident_id=incident.pk, uploads=[upload], actor=Actor.of(by))
    return {"file": row.pk}


@pytest.fixture
def open_values(
    declare: Declare,
    people: People,
    service: Service,
    integration: Integration,
    severities: dict[str, Severity],
) -> dict[str, Any]:
    """One of everything; the incident is open to all."""
    body = "Look first.\n\n## Restart it\n\nWait a minute."
    draft = runbooks.new(title="Restart", slug="restart", body=body)
    runbook = runbooks.write(draft, actor=Actor.of(people.admin))
    source = TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9090")
    rule = DetectionRule.objects.create(
        name="Errors", source=source, query="up", threshold=1, severity=severities["P1"]
    )
    key, _ = ApiKey.issue("Deploys", ["read"])
    heartbeat = heartbeats.create({"name": "Backup", "severity": severities["P1"]})
    silence = Silence.objects.create(
        matchers=[], starts_at=clock.now(), ends_at=clock.now() + timedelta(1), comment="Quiet"
    )
    routing = {"rules": [{"name": "All", "actions": {"severity": "P3"}}]}
    draft_routing = versions.write_draft(document=routing, actor=Actor.of(people.admin))
    by = people.commander
    stages.load_stages()
    opened = declare("Checkout", by=by, service=service)
    # Whoever added a file may remove it.
    seen = _populate(opened, integration, runbook, by) | _attach(opened, people.teammate)
    return {
        "token": "in_unknown",
        "kind": "markdown",
        "handle": by.username,
        "emoji": "tada",
        "rest": "nowhere",
        "silence_id": silence.uuid,
        "runbook": "restart",
        "key": key.pk,
        "rule": rule.pk,
        "view": SavedView.objects.create(
            owner=people.commander, name="Open", query="state=open"
        ).pk,
        "field": CustomField.objects.create(key="tier", name="Customer tier").pk,
        **noise(),
        "source": source.pk,
        "integration": integration.pk,
        "heartbeat": heartbeat.slug,
        "number": draft_routing.number,
        **status_page(),
        **seen,
    }


@pytest.fixture
def hide(
    open_values: dict[str, Any], declare: Declare, people: People, integration: Integration
) -> Callable[[], dict[str, Any]]:
    """Open a private incident with one of everything in it; the values that lead there."""

    def make() -> dict[str, Any]:
        runbook, by = Runbook.objects.get(slug="restart"), people.commander
        incident = declare(MARK, by=by, private=True)
        inside = _populate(incident, integration, runbook, by) | _attach(incident, by)
        return {**open_values, **inside}

    return make


@pytest.fixture
def world(open_values: dict[str, Any], hide: Callable[[], dict[str, Any]]) -> World:
    return World(open_values, hide())


def noise() -> dict[str, int]:
    matchers = [{"name": "type", "operator": "=", "value": "Disk"}]
    window = MaintenanceWindow.objects.create(
        name="Upgrade", matchers=matchers, starts_at=clock.now(), minutes=60
    )
    inhibition = Inhibition.objects.create(name="Down", source=matchers, target=matchers)
    policy = GroupingPolicy.objects.create(name="All")
    return {"window": window.pk, "inhibition": inhibition.pk, "policy": policy.pk}


def status_page() -> dict[str, Any]:
    """A page beside the default one, with one of everything that has an address."""
    page = StatusPage.objects.create(slug="partners", name="Partners")
    group = ComponentGroup.objects.create(page=page, name="All")
    component = Component.objects.create(page=page, slug="portal", name="Portal", group=group)
    text = UpdateTemplate.objects.create(name="Sorry", body="We are sorry.")
    return {
        "page": page.slug,
        "component": component.slug,
        "component_id": component.pk,
        "group_id": group.pk,
        "text_id": text.pk,
        **dict.fromkeys(("series_id", "planned", "update"), 0),
        "work": "nowhere",
    }


def values_for(route: str, values: dict[str, Any]) -> dict[str, Any]:
    """What `pk` and `slug` mean depends on the address."""
    pks = {
        "alerts/": "alert",
        "signals/": "signal",
        "action-items/": "item",
        "settings/integrations/": "integration",
        "settings/keys/": "key",
        "integrations/": "integration",
        "detection/sources/": "source",
        "detection/rules/": "rule",
        "maintenance": "window",
        "settings/fields/": "field",
        "settings/grouping/policies/": "policy",
        "grouping-policies/": "policy",
        "settings/grouping/inhibitions/": "inhibition",
        "inhibitions/": "inhibition",
    }
    slugs = {
        "status-page/": "partners",
        "services/": "checkout",
        "teams/": "payments",
        "runbooks/": "restart",
    }
    bare = route.removeprefix("api/")
    pk = next((values[name] for start, name in pks.items() if bare.startswith(start)), 0)
    slug = next((word for start, word in slugs.items() if bare.startswith(start)), "summary")
    return {**values, "pk": pk, "slug": slug}
