"""Nothing private reaches any address: each field of each row around a page is private unless it is
named here as public, also one that is added some day."""

from collections.abc import Iterator

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Service, Team
from incidents.pipeline import lifecycle
from statuspage.models import (
    Broadcast,
    Component,
    ComponentChange,
    FollowedEffect,
    Maintenance,
    MaintenanceUpdate,
    Mirror,
    PlannedUpdate,
    PublicIncident,
    PublicUpdateRevision,
    StatusPage,
    Subscriber,
    UpdateTemplate,
)
from statuspage.services import refresh, set_component_state
from statuspage.services.snapshots import changed
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish

CANARY = "CANARY"
# Model and field: what customers are meant to read.
PUBLIC = {
    "statuspage": {"name", "description", "slug", "host", "footer", "links", "home_url",
                   "support_url", "brand", "on_brand", "page_light", "page_dark", "surface_light",
                   "surface_dark"},
    "component": {"name", "description", "slug"},
    "publicincident": {"title", "key"},
    "publicupdate": {"body", "changes"},
    "maintenance": {"title", "key"},
    "maintenanceupdate": {"body"},
}  # fmt: skip
# Held to what the code knows; no words of people.
CODED = {"state", "kind", "planned_state", "category", "type", "impact", "priority", "source",
         "language", "languages", "audience", "font", "corners", "theme", "way", "pace", "role",
         "old", "new", "manual_state", "edition", "revenue_currency", "reminders"}  # fmt: skip


@pytest.fixture
def surroundings(
    page: StatusPage, checkout: Component, declare: Declare, publish: Publish, service: Service,
    people: People,
) -> list[models.Model]:  # fmt: skip
    """One of each row that stands around what is published."""
    incident = declare("Checkout", service=service)
    actor = Actor.of(people.commander)
    lifecycle.note(incident_id=incident.pk, text=CANARY, actor=actor)
    set_component_state(component_id=checkout.pk, state="degraded", reason=CANARY, actor=actor)
    update = publish(incident, effects={checkout: "degraded"}, title="Published")
    now = clock.now()
    maintenance = Maintenance.objects.create(
        page=page, title="Work", starts_at=now, ends_at=now.replace(year=2099), created_at=now
    )
    maintenance.components.add(checkout)
    return [
        incident, page, checkout, service, update, update.public_incident, people.commander,
        *Team.objects.all(), *ComponentChange.objects.all(), *incident.facts.all(), maintenance,
        MaintenanceUpdate.objects.create(
            maintenance=maintenance, kind="announced", state="scheduled", body="Soon.",
            created_at=now,
        ),
        PublicUpdateRevision.objects.create(update=update, replaced_at=now),
        PlannedUpdate.objects.create(
            page=page, incident=incident, planned_state="waiting", state="resolved", created_at=now
        ),
        FollowedEffect.objects.create(
            component=checkout, incident=incident, state="degraded", since=now
        ),
        Subscriber.objects.create(page=page, way="email", created_at=now),
        Mirror.objects.create(page=page, kind="s3"),
        UpdateTemplate.objects.create(name="t", page=page),
        *Broadcast.objects.all(),
    ]  # fmt: skip


def test_no_private_field_of_any_row_reaches_any_address(
    surroundings: list[models.Model], page: StatusPage
) -> None:
    filled = [name for row in surroundings for name in _fill(row)]
    assert len(filled) > 60
    changed([page])
    refresh(page.pk)
    paths = dict(page.snapshots.values_list("path", "body"))
    assert len(paths) >= 5
    for path, body in paths.items():
        assert CANARY not in bytes(body).decode(errors="replace"), path


def test_nothing_of_a_private_incident_reaches_any_address(
    surroundings: list[models.Model], page: StatusPage, declare: Declare, publish: Publish
) -> None:
    incident = declare(CANARY)
    update = publish(incident, "resolved", CANARY, title=CANARY)
    key = update.public_incident.key
    type(incident).objects.filter(pk=incident.pk).update(private=True)
    assert PublicIncident.objects.filter(key=key).exists()
    changed([page])
    refresh(page.pk)
    for path, body in page.snapshots.values_list("path", "body"):
        assert key not in path
        text = bytes(body).decode(errors="replace")
        assert key not in text, path
        assert CANARY not in text, path


def _fill(row: models.Model) -> Iterator[str]:
    """Write the canary into each private field of the row that holds words."""
    known = PUBLIC.get(row._meta.model_name or "", set()) | CODED
    words: dict[str, object] = {}
    for field in row._meta.concrete_fields:
        if field.name in known or field.choices or field.primary_key:
            continue
        if isinstance(field, models.JSONField):
            words[field.attname] = {CANARY: CANARY}
        elif isinstance(field, models.CharField | models.TextField):
            words[field.attname] = f"{CANARY}-{row.pk}"[: field.max_length or 20]
        elif isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField):
            words[field.attname] = [CANARY]
    type(row)._default_manager.filter(pk=row.pk).update(**words)
    yield from words
