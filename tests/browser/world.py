"""What is on the screens when they are walked: a fresh installation, and one on a bad night."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.matchers import parse
from incidents.models import (
    Alert,
    ApiKey,
    DetectionRule,
    Incident,
    Integration,
    Role,
    RuleRun,
    Service,
    Severity,
    Signal,
    SignInLink,
    TelemetrySource,
    User,
)
from incidents.pipeline import intake, lifecycle
from incidents.pipeline.noise import silences
from incidents.reactions.metrics import rollup
from incidents.sources import adapters
from incidents.sources.adapters.integrations import create_integration
from incidentsite import starter
from postmortems import services as postmortems
from runbooks import services as runbooks
from runbooks.models import Runbook, RunbookRun
from statuspage.models import Component, StatusPage
from statuspage.services import Announcement, publish_update
from tests.browser import (
    attached,
    beats,
    calls,
    duties,
    kin,
    papers,
    present,
    quiets,
    record,
    routes,
    talk,
    told,
)
from warroom.services import bridge, chat

CHAT = (
    "First look: checkout answers 503 to a third of all requests.",
    "@dora the **pool** is at `20/20`, see the graph",
    "```\npgbouncer: no more connections allowed (max_client_conn)\n```",
    "I roll back 4411 now. Ten minutes.",
)


@dataclass
class World:
    """`places` are values for the parameters of addresses; `back` is how late its clock is."""

    people: dict[str, User] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)
    back: timedelta = timedelta(0)

    def actor(self, handle: str) -> Actor:
        return Actor.of(self.people[handle])

    def minutes_ago(self, minutes: float) -> None:
        """What is written from here on happened then."""
        self.back = timedelta(minutes=minutes)

    def declare(self, title: str, severity: str, service: str = "", **more: Any) -> Incident:
        declaration = lifecycle.Declaration(
            title=title,
            severity=Severity.objects.get(code=severity),
            service=Service.objects.filter(slug=service).first(),
            **more,
        )
        return lifecycle.declare(declaration=declaration, actor=self.actor("cara"))

    def move(self, incident: Incident, *names: str, reason: str = "") -> None:
        for name in names:
            actor = self.actor("cara")
            lifecycle.move(incident_id=incident.pk, name=name, actor=actor, reason=reason)

    def say(self, incident: Incident, handle: str, body: str) -> None:
        chat.post(incident_id=incident.pk, body=body, actor=self.actor(handle))

    def receive(self, integration: Integration, *alerts: Mapping[str, Any]) -> Signal:
        """Take in one message of Alertmanager and fold it, as the engine would."""
        signal = Signal.objects.create(
            integration=integration,
            adapter="alertmanager",
            delivery_id=uuid.uuid4(),
            body=json.dumps({"version": "4", "alerts": alerts}).encode(),
            received_at=clock.now(),
        )
        intake.fold_batch(adapters.read)
        return signal

    def tell_customers(self, incident: Incident, state: str, body: str, **effects: str) -> None:
        page = StatusPage.objects.get(is_default=True)
        touched = {Component.objects.get(slug=slug).pk: to for slug, to in effects.items()}
        publish_update(
            incident_id=incident.pk,
            page_id=page.pk,
            announcement=Announcement(state=state, body=body, effects=touched),
            actor=self.actor("cara"),
        )


def person(handle: str, name: str, role: str) -> User:
    user = User(username=handle, name=name, role=role)
    user.set_unusable_password()
    user.save()
    return user


def alert(name: str, summary: str, **labels: str) -> dict[str, Any]:
    given = {"alertname": name, "severity": "critical", "service": "checkout", **labels}
    return {
        "status": "firing",
        "labels": given,
        "annotations": {"summary": summary},
        "startsAt": clock.now().isoformat(),
    }


def fresh() -> World:
    """What `make run` leaves on a new machine."""
    starter.load()
    world = World({"admin": User.objects.get(role=Role.ADMIN)})
    clock.replace(lambda: datetime.now(UTC) - world.back)
    runbook = Runbook.objects.order_by("slug").first()
    assert runbook is not None
    world.places = {
        "slug": runbook.slug,
        "runbook": runbook.pk,
        "token": SignInLink.issue(world.people["admin"]),
    }
    return world


def typical() -> World:
    world = fresh()
    world.people |= {
        "cara": person("cara", "Cara Lindqvist", Role.COMMANDER),
        "dora": person("dora", "Dora Okafor", Role.RESPONDER),
        "olga": person("olga", "Olga Brandt", Role.OBSERVER),
    }
    world.minutes_ago(1500)
    _yesterday(world)
    world.minutes_ago(95)
    slow = world.declare("Search answers slowly", "P2", "search")
    world.move(slow, "acknowledge", "identify", "mitigate")
    world.tell_customers(slow, "monitoring", "Search is fast again.", search="degraded")
    world.minutes_ago(50)
    world.declare("Somebody read exported invoices", "P1", "", private=True)
    _settings(world)
    _disks(world)
    _outage(world)
    _kept_quiet(world)
    world.minutes_ago(3)
    outage = Incident.objects.get(pk=world.places["ref"].removeprefix("INC-"))
    dora, cara = world.people["dora"], world.people["cara"]
    calls.some(outage, dora, by=cara)
    duties.told(outage, dora, "The pool is full since 4411; it is being rolled back.")
    world.minutes_ago(0)
    duties.offered(outage, cara, dora, role="operations", note="The rollback is yours.")
    world.places |= told.some(outage, world.actor("cara"))
    world.places |= quiets.grouping()
    world.places |= beats.some()
    world.places |= routes.publish(world.people["admin"])
    rollup.fill_touched()
    return world


def _yesterday(world: World) -> None:
    """Over, with its document."""
    incident = world.declare("Database ran out of connections", "P1", "database")
    world.tell_customers(incident, "investigating", "We look into it.", database="partial_outage")
    world.say(incident, "dora", CHAT[0])
    world.move(incident, "acknowledge", "identify", reason="a leak in release 4398")
    world.minutes_ago(1440)
    world.move(incident, "resolve")
    world.tell_customers(incident, "resolved", "All is well.")
    draft = postmortems.draft(incident_id=incident.pk, actor=world.actor("cara"))
    today = datetime.now(UTC).date()
    for title, days, state in (
        ("Alert at 80 % of the pool", -2, "in_progress"),
        ("Write down how to fail over", 9, "pending"),
        ("Raise the limit", 1, "completed"),
    ):
        item = postmortems.add_action_item(
            incident_id=incident.pk,
            content=postmortems.ActionChanges(
                title=title,
                owner=world.people["dora"],
                due_on=today + timedelta(days=days),
                state=state,
            ),
            actor=world.actor("cara"),
        )
        world.places["item"] = item.pk
    world.places |= {"over": incident.reference, "section": draft.in_order()[0].slug}


def _settings(world: World) -> None:
    for kind, name in (("alertmanager", "Prometheus EU"), ("pagerduty", "Legacy PagerDuty")):
        integration, _ = create_integration(kind=kind, name=name)
        world.places[kind] = integration
    ApiKey.issue("Deploy bot", ["incidents", "events"], created_by=world.people["admin"])
    source = TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9090")
    severity = Severity.objects.get(code="P2")
    rule = DetectionRule.objects.create(
        name="Error rate", source=source, query="up", threshold=0.05, severity=severity
    )
    for number, value in enumerate((0.01, 0.012, 0.03, 0.061, 0.058)):
        at = clock.now() + timedelta(minutes=number)
        RuleRun.objects.create(rule=rule, started_at=at, duration_ms=9, series=2, worst_value=value)
    rule.series.create(fingerprint="f", labels={"job": "shop"}, firing=True, over_since=clock.now())
    rule.findings.create(
        fingerprint="f", mode="live", labels={"job": "shop"}, value=0.061, opened_at=clock.now()
    )
    told = {"failing_since": clock.now(), "last_error": "It answered 400: parse error at char 7"}
    others = {"source": source, "severity": severity, "query": "up"}
    DetectionRule.objects.create(name="Cache hits fall", kind="rate", **others, **told)
    DetectionRule.objects.create(name="Unusual traffic", kind="anomaly", mode="shadow", **others)
    world.places |= {"rule": rule.pk, "source": source.pk}


def _disks(world: World) -> None:
    """Alerts that are held back, and rules that hold."""
    world.minutes_ago(5)
    world.places |= quiets.some(world.actor("dora"))
    disks = [alert("DiskFull", f"Disk of db-{n} is full", disk=str(n)) for n in range(5)]
    slow = alert("SearchSlow", "Search takes 9 seconds", service="search")
    signal = world.receive(world.places["alertmanager"], *disks, slow)
    held = Alert.objects.filter(first_signal_id=signal.pk).order_by("pk")[0]
    world.places["muted"] = held.pk


def _outage(world: World) -> None:
    """The one that everybody works on: alerts, a room, a runbook, customers told."""
    world.minutes_ago(25)
    checkout = alert("CheckoutErrors", "Checkout fails for a third of all customers")
    signal = world.receive(world.places["alertmanager"], checkout, alert("Pool", "Pool is full"))
    found = Alert.objects.filter(first_signal_id=signal.pk).order_by("pk")[0]
    incident = Incident.objects.get(pk=found.incident_id or 0)
    world.minutes_ago(22)
    world.move(incident, "acknowledge")
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=world.people["cara"],
        actor=world.actor("cara"),
    )
    for minutes, body in zip((20, 17, 15, 11), CHAT, strict=True):
        world.minutes_ago(minutes)
        world.say(incident, "dora" if minutes % 2 else "cara", body)
    world.places["seq"] = talk.on(incident, world.people["cara"], world.people["dora"])
    lifecycle.note(incident_id=incident.pk, text="Both networks are up.", actor=world.actor("dora"))
    attached.some(incident, world.people["dora"], world.people["cara"])
    world.tell_customers(incident, "identified", "We found it.", checkout="major_outage")
    record.some(incident, world.people)
    present.some(incident, world.people)
    papers.write(incident, world.actor("cara"), world.actor("dora"))
    link = "https://meet.example.org/INC-standing"
    bridge.open_bridge(incident_id=incident.pk, actor=world.actor("cara"), link=link)
    run = _run(world, incident)
    quiet = world.declare("Invoices are late", "P3", "payments")
    world.places |= {
        "ref": incident.reference,
        "quiet": quiet.reference,
        "alert": found.pk,
        "delivery_id": signal.delivery_id,
        "signal": signal.pk,
        "run": run.pk,
        "public": incident.public_incidents.get().key,
        **kin.some(world, incident),
    }


def _kept_quiet(world: World) -> None:
    """An alert that a silence holds, and a message that nobody understands."""
    world.minutes_ago(14)
    draft = silences.Draft(
        matchers=parse('alertname="DiskSlow"'),
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(hours=2),
        comment="The disks are being replaced",
        creator="Dora Okafor",
    )
    silences.silence(draft=draft, actor=world.actor("dora"))
    signal = world.receive(world.places["alertmanager"], alert("DiskSlow", "A disk is slow"))
    generic, _ = create_integration(kind="generic", name="Deploy robot")
    misread = Signal.objects.create(
        integration=generic,
        adapter="generic",
        delivery_id=uuid.uuid4(),
        body=b'{"what": "Disk"}',
        received_at=clock.now(),
    )
    intake.fold_batch(adapters.read)
    world.places["held"] = Alert.objects.get(first_signal_id=signal.pk).pk
    world.places["misread"] = misread.pk


def _run(world: World, incident: Incident) -> RunbookRun:
    run = runbooks.start(
        incident_id=incident.pk, runbook_id=world.places["runbook"], actor=world.actor("dora")
    )
    runbooks.tick(
        run_id=run.pk, index=1, done=True, actor=world.actor("dora"), note="As in the book"
    )
    return run
