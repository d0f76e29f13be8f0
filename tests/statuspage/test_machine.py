"""What programs read: Statuspage's JSON, by a published client and its shapes, badges, widgets."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db.models import F
from jsonschema import Draft202012Validator

from incidents.kernel import clock
from incidents.models import Incident, Service
from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentState,
    Maintenance,
    MaintenanceState,
    MaintenanceUpdate,
    PublicIncident,
    StatusPage,
)
from statuspage.rendering.machine.badges import badge
from statuspage.services import refresh
from tests.conftest import Declare
from tests.statuspage.conftest import Publish
from tests.statuspage.shapes import SHAPES

pytestmark = pytest.mark.django_db

Read = Callable[[str], Any]


@pytest.fixture
def read(page: StatusPage, bytes_of: Callable[[str], str]) -> Read:
    """`read("summary")` after the page was rendered anew."""

    def found(name: str) -> Any:
        StatusPage.objects.filter(pk=page.pk).update(version=F("version") + 1)
        refresh(page.pk)
        return json.loads(bytes_of(f"api/v2/{name}.json"))

    return found


@pytest.fixture
def outage(
    declare: Declare, service: Service, publish: Publish, checkout: Component, transfers: Component
) -> Incident:
    incident = declare("db-7 replica lag", severity="P0", service=service)
    publish(incident, "investigating", "We are looking.", {checkout: "major_outage"})
    publish(incident, "monitoring", "We found **it** <b>there</b>.", {checkout: "degraded"})
    return incident


@pytest.fixture
def upgrade(page: StatusPage, transfers: Component) -> Maintenance:
    now = clock.now()
    row = Maintenance.objects.create(
        page=page,
        title="Database upgrade",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        author_name="Cara",
        created_at=now,
    )
    row.components.add(transfers)
    MaintenanceUpdate.objects.create(
        maintenance=row, kind="announced", state="scheduled", body="Planned.", created_at=now
    )
    return row


@pytest.mark.parametrize("name", SHAPES)
def test_it_speaks_as_statuspage_does(
    read: Read, outage: Incident, upgrade: Maintenance, page: StatusPage, name: str
) -> None:
    inside = ComponentGroup.objects.create(page=page, name="Money")
    page.components.filter(slug="transfers").update(group=inside)
    errors = Draft202012Validator(SHAPES[name]).iter_errors(read(name))
    assert [f"{e.json_path}: {e.message}" for e in errors] == []


def test_it_tells_the_worst_state_in_statuspages_words(read: Read, outage: Incident) -> None:
    assert read("status")["status"] == {
        "indicator": "minor",
        "description": "Minor Service Outage",
    }
    states = {row["name"]: row["status"] for row in read("components")["components"]}
    assert states == {"Online checkout": "degraded_performance", "Bank transfers": "operational"}


def test_it_tells_an_incident_with_what_each_update_changed(read: Read, outage: Incident) -> None:
    told = read("incidents/unresolved")["incidents"][0]
    assert (told["status"], told["impact"]) == ("monitoring", "critical")
    assert told["monitoring_at"] == told["incident_updates"][0]["display_at"]
    newest = told["incident_updates"][0]
    assert newest["body"] == "We found **it** <b>there</b>."
    change = newest["affected_components"][0]
    assert (change["old_status"], change["new_status"]) == ("major_outage", "degraded_performance")
    assert change["code"] == told["components"][0]["id"]


def test_it_keeps_what_is_resolved_out_of_the_summary(
    read: Read, outage: Incident, publish: Publish
) -> None:
    publish(outage, "resolved", "All is well.")
    summary = read("summary")
    assert summary["incidents"] == []
    assert summary["status"]["indicator"] == "none"
    told = read("incidents")["incidents"][0]
    assert told["status"] == "resolved"
    assert told["resolved_at"].endswith("Z")


def test_it_tells_planned_work_where_it_belongs(read: Read, upgrade: Maintenance) -> None:
    def told(name: str) -> list[str]:
        return [m["id"] for m in read(f"scheduled-maintenances{name}")["scheduled_maintenances"]]

    assert (told(""), told("/upcoming"), told("/active")) == ([upgrade.key], [upgrade.key], [])
    Maintenance.objects.update(state=MaintenanceState.IN_PROGRESS, started_at=clock.now())
    assert (told(""), told("/upcoming"), told("/active")) == ([upgrade.key], [], [upgrade.key])
    assert [m["id"] for m in read("summary")["scheduled_maintenances"]] == [upgrade.key]
    Maintenance.objects.update(state=MaintenanceState.CANCELLED)
    assert told("") == []


def test_it_gives_names_that_stay_and_count_nothing(read: Read, outage: Incident) -> None:
    first = {row["id"] for row in read("components")["components"]}
    assert first == {row["id"] for row in read("components")["components"]}
    assert all(re.fullmatch(r"[0-9a-z]{12}", name) for name in first)


def test_it_tells_groups_with_what_they_hold(
    read: Read, page: StatusPage, outage: Incident
) -> None:
    outer = ComponentGroup.objects.create(page=page, name="Money")
    inner = ComponentGroup.objects.create(page=page, name="In shops", parent=outer)
    page.components.filter(slug="checkout").update(group=inner)
    rows = {row["name"]: row for row in read("components")["components"]}
    assert rows["Money"]["status"] == "degraded_performance"
    assert rows["Money"]["components"] == [rows["In shops"]["id"]]
    assert rows["In shops"]["group_id"] == rows["Money"]["id"]
    assert rows["In shops"]["components"] == [rows["Online checkout"]["id"]]


def test_it_tells_fifty_incidents_at_most(read: Read, page: StatusPage, declare: Declare) -> None:
    now = clock.now()
    for number in range(53):
        PublicIncident.objects.create(
            page=page,
            incident=declare(f"Case {number}"),
            title=f"Case {number}",
            state="resolved",
            started_at=now - timedelta(days=number + 1),
            resolved_at=now - timedelta(days=number),
        )
    assert [i["name"] for i in read("incidents")["incidents"]] == [f"Case {n}" for n in range(50)]


def test_it_has_a_badge_for_the_page_and_for_each_component(
    page: StatusPage, bytes_of: Callable[[str], str], outage: Incident
) -> None:
    whole, checkout = bytes_of("badge.svg"), bytes_of("badge/checkout.svg")
    assert "Ferrybank: Degraded" in whole
    assert "Online checkout: Degraded" in checkout
    assert "Bank transfers: Operational" in bytes_of("badge/transfers.svg")
    for svg in (whole, checkout):
        ET.fromstring(svg)


def test_it_takes_the_badge_of_a_removed_component_away(
    page: StatusPage, read: Read, transfers: Component, checkout: Component
) -> None:
    read("summary")
    assert page.snapshots.filter(path="badge/transfers.svg").exists()
    transfers.delete()
    read("summary")
    assert not page.snapshots.filter(path="badge/transfers.svg").exists()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'A" onload="x', "Bell\x07", "字" * 60]
)
def test_it_draws_badges_of_any_name(page: StatusPage, checkout: Component, name: str) -> None:
    drawn = badge(name, ComponentState(checkout.manual_state))
    root = ET.fromstring(drawn)
    assert set(root.attrib) == {"width", "height", "viewBox", "role", "aria-label"}
    assert "<script" not in drawn


def test_it_has_a_frame_that_needs_no_script(
    bytes_of: Callable[[str], str], outage: Incident
) -> None:
    html = bytes_of("embed")
    assert "Online checkout is not available" in html or "db-7" not in html
    assert "<script" not in html
    assert "style=" not in html
    assert len(html) < 5_000


def test_it_has_a_widget_that_keeps_nothing(
    bytes_of: Callable[[str], str], outage: Incident
) -> None:
    script = bytes_of("widget.js")
    for forbidden in ("cookie =", "localStorage", "innerHTML", "eval(", ".style"):
        assert forbidden not in script
    assert 'credentials: "omit",' in script
