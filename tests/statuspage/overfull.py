"""A page as full as the largest ones: sixty components in nested groups, two hundred incidents in
ninety days, planned work, and two years before."""

from datetime import datetime, timedelta
from random import Random

from incidents.kernel import clock
from incidents.models import Incident, Severity
from statuspage.models import (
    Component,
    ComponentEffect,
    ComponentGroup,
    Maintenance,
    MaintenanceUpdate,
    PublicIncident,
    PublicUpdate,
    StatusPage,
)

COMPONENTS = 60
INCIDENTS = 200
STATES = ("degraded", "degraded", "partial_outage", "major_outage")
THINGS = ("Card payments", "Bank transfers", "Refunds", "Payouts", "Dashboard", "Sign-in", "API",
          "Webhooks", "Receipts by e-mail", "Shop terminals")  # fmt: skip
PLACES = ("Europe", "North America", "South America", "Asia", "Africa", "Oceania")
STORIES = ("are slow", "fail for some customers", "do not load", "arrive late", "time out")
BODY = (
    "About one in five requests fails or takes longer than usual. Nothing is lost. We work on it."
)


def fill(page: StatusPage, severity: Severity) -> None:
    random = Random(7)
    components = _components(page)
    began = _moments(random, INCIDENTS - 1, days=88) + _moments(random, 100, days=700, after=92)
    rows = Incident.objects.bulk_create(
        Incident(
            title=f"Internal {index}", severity=severity, opened_at=at, began_at=at, updated_at=at
        )
        for index, at in enumerate([*began, clock.now() - timedelta(minutes=39)])
    )
    told = PublicIncident.objects.bulk_create(
        _told(page, incident, random, is_open=incident is rows[-1]) for incident in rows
    )
    ComponentEffect.objects.bulk_create(
        effect for public in told for effect in _effects(public, components, random)
    )
    PublicUpdate.objects.bulk_create(update for public in told for update in _updates(public))
    _works(page, components)


def _components(page: StatusPage) -> list[Component]:
    top = ComponentGroup.objects.create(page=page, name="Worldwide", position=0)
    groups = [
        ComponentGroup.objects.create(
            page=page, name=place, position=position, parent=top if position < 2 else None
        )
        for position, place in enumerate(PLACES)
    ]
    long_ago = clock.now() - timedelta(days=900)
    return Component.objects.bulk_create(
        Component(
            page=page, slug=f"c{index}", name=f"{THINGS[index % 10]} {PLACES[index // 10]}",
            description="What customers of this region use.", group=groups[index // 10],
            position=index, known_since=long_ago.date(),
        )
        for index in range(COMPONENTS)
    )  # fmt: skip


def _moments(random: Random, count: int, *, days: int, after: int = 0) -> list[datetime]:
    return [clock.now() - timedelta(days=after + random.random() * days) for _ in range(count)]


def _told(page: StatusPage, incident: Incident, random: Random, *, is_open: bool) -> PublicIncident:
    thing = f"{random.choice(THINGS)} in {random.choice(PLACES)} {random.choice(STORIES)}"
    length = timedelta(minutes=random.randint(5, 240))
    return PublicIncident(
        page=page, incident=incident, title=thing, started_at=incident.opened_at,
        state="identified" if is_open else "resolved",
        resolved_at=None if is_open else incident.opened_at + length,
    )  # fmt: skip


def _effects(
    public: PublicIncident, components: list[Component], random: Random
) -> list[ComponentEffect]:
    return [
        ComponentEffect(
            public_incident=public, component=component, state=random.choice(STATES),
            since=public.started_at, until=public.resolved_at,
        )
        for component in random.sample(components, random.randint(1, 3))
    ]  # fmt: skip


def _updates(public: PublicIncident) -> list[PublicUpdate]:
    states = ["investigating", "identified", *(["resolved"] if public.resolved_at else [])]
    return [
        PublicUpdate(
            public_incident=public, state=state, body=BODY, author_name="Cara",
            created_at=public.started_at + timedelta(minutes=minutes),
            displayed_at=public.started_at + timedelta(minutes=minutes),
        )
        for minutes, state in enumerate(states)
    ]  # fmt: skip


def _works(page: StatusPage, components: list[Component]) -> None:
    for hours, state in ((-1, "in_progress"), (48, "scheduled"), (-900, "completed")):
        start = clock.now() + timedelta(hours=hours)
        work = Maintenance.objects.create(
            page=page, title=f"Database upgrade {state}", state=state, starts_at=start,
            ends_at=start + timedelta(hours=2), started_at=start if hours < 0 else None,
            ended_at=start + timedelta(hours=1) if state == "completed" else None,
            author_name="Cara", created_at=start,
        )  # fmt: skip
        work.components.set(components[-3:])
        MaintenanceUpdate.objects.create(
            maintenance=work, kind="announced", state=state, body=BODY, author_name="Cara",
            created_at=start,
        )  # fmt: skip
