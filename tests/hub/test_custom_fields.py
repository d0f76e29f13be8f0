"""Fields that an installation defines, and what an incident touches and costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.engine import deliveries
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, DomainError, Invalid
from incidents.models import CustomField, Incident, Service, Severity, User
from incidents.pipeline import lifecycle
from incidents.selectors.searching import search
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


def define(key: str, kind: str = "text", **more: Any) -> CustomField:
    return CustomField.objects.create(key=key, name=key.capitalize(), kind=kind, **more)


@pytest.fixture
def incident(declare: Declare) -> Incident:
    return declare("Checkout is down")


@pytest.fixture
def fill(incident: Incident, people: People) -> Callable[..., Incident]:
    """`fill(vendor="Acme")` fills in fields of the incident."""

    def make(**values: Any) -> Incident:
        changes = {"custom_fields": values}
        actor = Actor.of(people.commander)
        return lifecycle.edit(incident_id=incident.pk, changes=changes, actor=actor)

    return make


Fill = Callable[..., Incident]


@pytest.mark.parametrize(
    ("kind", "given", "shown"),
    [
        ("text", " Acme ", "Acme"),
        ("number", "1,250", "1250"),
        ("number", 0.5, "0.5"),
        ("choice", "gold", "Gold"),
        ("yes_no", "yes", "Yes"),
        ("yes_no", False, "No"),
        ("date", "2026-11-21", "21 Nov 2026"),
        ("link", "https://example.com/1", "https://example.com/1"),
    ],
)
def test_it_keeps_what_fits_the_kind(fill: Fill, kind: str, given: Any, shown: str) -> None:
    field = define("vendor", kind, choices=["Gold", "Silver"])
    assert field.worded(field.of(fill(vendor=given).custom)) == shown
    assert fill(vendor=None).custom == {}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *(("text", "x" * 2001), ("text", 5), ("number", "many"), ("number", "inf")),
        *(("number", True), ("choice", "Bronze"), ("yes_no", "maybe"), ("date", "tomorrow")),
        *(("link", "javascript:alert(1)"), ("link", "example"), ("link", "https://[")),
    ],
)
def test_it_refuses_what_does_not(fill: Fill, kind: str, given: Any) -> None:
    define("vendor", kind, choices=["Gold", "Silver"])
    with pytest.raises(Invalid, match="Vendor takes") as refused:
        fill(vendor=given)
    assert refused.value.field == "custom_fields.vendor"


def test_a_change_is_a_fact(fill: Fill, incident: Incident) -> None:
    define("vendor")
    fill(vendor="Acme")
    fill(vendor="Acme")
    fill(vendor="")
    told = [fact.text for fact in incident.facts.filter(kind="incident.fields_changed")]
    assert told == ["set Vendor to Acme", "cleared Vendor"]


def test_it_must_be_filled_in_to_resolve(fill: Fill, incident: Incident, people: People) -> None:
    define("cause", required="resolving")
    actor = Actor.of(people.commander)
    with pytest.raises(Conflict, match="Fill in Cause to resolve"):
        lifecycle.move(incident_id=incident.pk, name="resolve", actor=actor)
    fill(cause="A full disk")
    moved = lifecycle.move(incident_id=incident.pk, name="resolve", actor=actor)
    assert moved.state == "resolved"


def test_alerts_that_end_resolve_without_it(incident: Incident) -> None:
    define("cause", required="resolving")
    moved = lifecycle.move(incident_id=incident.pk, name="resolve", actor=Actor.system())
    assert moved.state == "resolved"


def test_it_must_be_filled_in_to_declare(
    severities: dict[str, Severity], people: People, sign_in: SignIn
) -> None:
    define("vendor", required="declaring")
    browser, data = sign_in(people.teammate), {"title": "Search is slow", "severity": "P2"}
    refused = browser.post("/declare", data)
    assert refused.status_code == 422
    assert "Fill in Vendor to declare" in refused.content.decode()
    assert not Incident.objects.exists()
    assert browser.post("/declare", data | {"field-vendor": "Acme"}).status_code == 302
    assert list(Incident.objects.get().custom.values()) == ["Acme"]


def test_a_retired_one_is_asked_for_no_more_but_stays_readable(
    fill: Fill, incident: Incident, people: People, sign_in: SignIn
) -> None:
    field = define("vendor", required="resolving")
    fill(vendor="Acme")
    field.retired_at = clock.now()
    field.save()
    page = sign_in(people.commander).get(incident.get_absolute_url()).content.decode()
    assert "Acme" in page
    assert "no longer asked for" in page
    assert "field-vendor" not in page
    with pytest.raises(DomainError, match="There is no field vendor"):
        fill(vendor="Other")


def test_a_choice_that_was_taken_away_stays_where_it_was_made(fill: Fill) -> None:
    field = define("tier", "choice", choices=["Gold", "Silver"])
    fill(tier="Gold")
    field.choices = ["Silver", "Bronze"]
    field.save()
    assert fill(tier="Gold").custom == {str(field.pk): "Gold"}


def test_incidents_are_found_and_filtered_by_it(
    fill: Fill, incident: Incident, declare: Declare, people: People, sign_in: SignIn
) -> None:
    define("vendor")
    define("regulated", "yes_no")
    fill(vendor="Acme Hosting", regulated="yes")
    declare("Search is slow")
    while deliveries.work():
        pass
    assert [each.incident for each in search(Incident.objects.all(), "acme", limit=5)] == [incident]
    browser = sign_in(people.observer)
    for asked in ("field=vendor:Acme Hosting", "field=regulated:yes"):
        rows = browser.get(f"/api/incidents?{asked}").json()["results"]
        assert [row["reference"] for row in rows] == [incident.reference]
    assert browser.get("/api/incidents?field=regulated:no").json()["results"] == []


def test_the_api_reads_and_writes_it(incident: Incident, people: People, sign_in: SignIn) -> None:
    define("vendor")
    define("cost", "number")
    address, browser = f"/api/incidents/{incident.reference}", sign_in(people.commander)
    browser.handler.enforce_csrf_checks = False
    sent = {"custom_fields": {"vendor": "Acme", "cost": 12.5}}
    answer = browser.patch(address, sent, content_type="application/json")
    assert answer.json()["custom_fields"] == {"vendor": "Acme", "cost": 12.5}
    wrong = {"custom_fields": {"cost": "much"}}
    refused = browser.patch(address, wrong, content_type="application/json")
    assert (refused.status_code, "Cost takes a number" in refused.content.decode()) == (422, True)


def test_the_overview_tells_what_it_touches_and_costs(
    incident: Incident, service: Service, people: People, sign_in: SignIn
) -> None:
    search_service = Service.objects.create(slug="search", name="Product search")
    browser, address = sign_in(people.teammate), incident.get_absolute_url()
    assert "Not known yet" in browser.get(address).content.decode()
    changes = {"revenue_per_hour": "12,000", "revenue_currency": "eur", "regions": "eu-west, us"}
    data = {**changes, "service": service.slug, "affected_services": [search_service.slug]}
    assert browser.post(f"{address}/edit", data).status_code == 302
    page = browser.get(address).content.decode()
    assert all(text in page for text in ("EUR 12,000 an hour", "eu-west, us", "Product search"))
    told = incident.facts.filter(kind="incident.edited").last()
    assert told is not None
    assert told.data["changes"]["affected_services"] == ["", "Product search"]
    listed = browser.get("/api/incidents?service=search&region=us").json()["results"]
    assert [row["affected_services"] for row in listed] == [["search"]]


@pytest.mark.parametrize(
    "change",
    [
        *({"revenue_per_hour": "much"}, {"revenue_per_hour": "-1"}, {"revenue_currency": "€"}),
        *({"regions": "x" * 61}, {"regions": ",".join("abcdefghijklmnopqrstu")}),
    ],
)
def test_it_refuses_what_is_no_amount_or_place(
    incident: Incident, people: People, change: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        lifecycle.edit(incident_id=incident.pk, changes=change, actor=Actor.of(people.teammate))


def test_an_admin_defines_changes_and_retires_fields(people: People, sign_in: SignIn) -> None:
    admin = sign_in(people.admin)
    data = {
        "name": "Customer tier",
        "kind": "choice",
        "choices": "Gold\nSilver\n",
        "required": "never",
    }
    assert admin.post("/settings/fields", data).status_code == 302
    field = CustomField.objects.get()
    assert (field.key, field.choices) == ("customer_tier", ["Gold", "Silver"])
    address = f"/settings/fields/{field.pk}"
    assert admin.post(address, data | {"kind": "text"}).status_code == 422
    assert admin.post(address, data | {"name": "Tier"}).status_code == 302
    assert "Customer tier" in admin.get(address).content.decode()  # the version before
    admin.post(address, {"do": "retire"})
    field.refresh_from_db()
    assert (field.name, field.retired_at is not None) == ("Tier", True)
    assert sign_in(people.commander).get("/settings/fields").status_code == 403
