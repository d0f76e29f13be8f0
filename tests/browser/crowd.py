"""The same screens when there is too much of everything: long words, many rows, many people."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.hashers import make_password

from incidents.kernel import clock
from incidents.models import (
    Alert,
    ApiKey,
    Incident,
    IncidentRole,
    RoleAssignment,
    Service,
    Team,
    User,
)
from incidents.pipeline import lifecycle
from incidents.pipeline.routing import versions
from incidents.sources.adapters.integrations import create_integration
from postmortems import services as postmortems
from runbooks import services as runbooks
from statuspage.models import Component, ComponentGroup, StatusPage
from tests.browser import attached, beats, calls, duties, present, quiets, record, routes, told
from tests.browser.world import World, alert, typical

WORD = "payment-authorisation-gateway-eu-central-1b.internal.example"
LONG = f"Every card payment through {WORD} fails with a message that nobody has seen before. "
TABLE = f"`{WORD * 3}`\n\n| Where | What |\n|---|---|\n| {WORD} | {LONG} |"
NAME = "Maximiliana Konstantinopoulou-Featherstonehaugh"
PEOPLE, SERVICES, INCIDENTS, ALERTS, MESSAGES, OTHERS = 60, 60, 60, 500, 120, 20


def overfull() -> World:
    world = typical()
    incident = Incident.objects.get(pk=world.places["ref"].removeprefix("INC-"))
    _people(world, incident)
    _services()
    world.places |= quiets.many(world.actor("cara"), WORD, LONG)
    told.many(LONG)
    _room(world, incident)
    calls.many(incident, world.people["dora"], by=world.people["cara"], words=LONG)
    _incidents(world)
    _documents(world)
    _settings(world)
    world.places |= beats.many(WORD)
    versions.discard_draft(actor=world.actor("admin"))
    world.places |= routes.publish(world.people["admin"], many=40, name=LONG)
    return world


def _title(number: int, length: int = 300) -> str:
    return f"{number} {LONG * 4}"[:length].strip()


def _people(world: World, incident: Incident) -> None:
    """Many, and all of them on the incident."""
    password = make_password(None)
    rows = [
        User(username=f"maximiliana-{n}", name=f"{NAME} {n}", password=password)
        for n in range(PEOPLE)
    ]
    world.people |= {row.username: row for row in User.objects.bulk_create(rows)}
    RoleAssignment.objects.bulk_create(
        RoleAssignment(incident=incident, role=IncidentRole.RESPONDER, user=row, since=clock.now())
        for row in rows
    )


def _services() -> None:
    team = Team.objects.create(slug="long", name=_title(0, 120))
    page = StatusPage.objects.get(is_default=True)
    group = ComponentGroup.objects.create(page=page, name=_title(1, 80))
    services = Service.objects.bulk_create(
        Service(slug=f"service-{n}", name=_title(n, 120), team=team) for n in range(SERVICES)
    )
    Component.objects.bulk_create(
        Component(
            page=page,
            slug=service.slug,
            name=service.name[:80].strip(),
            description=LONG[:200],
            service=service,
            group=group if n % 2 else None,
            position=n,
        )
        for n, service in enumerate(services)
    )


def _room(world: World, incident: Incident) -> None:
    labels = {f"label_{n}": WORD for n in range(30)}
    alerts = [alert(f"Alert{n}", _title(n, 900), **labels) for n in range(ALERTS)]
    signal = world.receive(world.places["alertmanager"], *alerts)
    first = Alert.objects.filter(first_signal_id=signal.pk).order_by("pk")[0]
    world.places |= {"alert": first.pk, "delivery_id": signal.delivery_id, "signal": signal.pk}
    world.places["group"] = f"i{first.incident_id}"
    changes = dict.fromkeys(("summary", "customer_impact", "root_cause"), LONG * 5)
    lifecycle.edit(
        incident_id=incident.pk,
        changes={"title": _title(1), "environment": WORD[:60], **changes},
        actor=world.actor("cara"),
    )
    for n in range(MESSAGES):
        world.say(incident, f"maximiliana-{n % PEOPLE}", LONG if n % 9 else TABLE)
    attached.many(incident, world.people["maximiliana-1"], LONG)
    effects = {f"service-{n}": "partial_outage" for n in range(OTHERS)}
    world.tell_customers(incident, "identified", LONG * 8, **effects)
    record.many(incident, world.people, WORD, LONG)
    present.some(incident, world.people)
    duties.told(incident, world.people["maximiliana-1"], LONG * 5)
    cara = world.people["cara"]
    for role, handle in (("commander", "dora"), ("scribe", "maximiliana-2")):
        duties.offered(incident, cara, world.people[handle], role=role, note=LONG * 4)


def _incidents(world: World) -> None:
    for n in range(INCIDENTS):
        world.minutes_ago(n)
        world.declare(_title(n), f"P{n % 4}", f"service-{n}", environment=WORD[:60])
    world.minutes_ago(0)


def _documents(world: World) -> None:
    over = Incident.objects.get(pk=world.places["over"].removeprefix("INC-"))
    today = datetime.now(UTC).date()
    for n in range(OTHERS):
        content = postmortems.ActionChanges(
            title=_title(n),
            owner=world.people[f"maximiliana-{n}"],
            due_on=today + timedelta(days=n - 5),
        )
        postmortems.add_action_item(incident_id=over.pk, content=content, actor=world.actor("cara"))
        body = "\n\n".join(f"## {_title(step, 120)}\n\n```\n{WORD * 3}\n```" for step in range(12))
        draft = runbooks.new(title=_title(n, 190), summary=LONG[:300], body=LONG + "\n\n" + body)
        written = runbooks.write(draft, actor=world.actor("admin"))
    world.places |= {"slug": written.slug, "runbook": written.pk}


def _settings(world: World) -> None:
    for n in range(OTHERS):
        create_integration(kind="native", name=_title(n, 120))
        ApiKey.issue(_title(n, 120), ["read", "incidents", "events", "status"])
