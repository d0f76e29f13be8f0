"""The list of incidents: filters, orders, columns."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import CustomField, Incident, Severity, State, User
from incidents.pipeline import lifecycle
from incidents.selectors import incident_order
from incidents.selectors.incidents import IncidentFilter, find
from tests.conftest import Declare, FrozenClock, People
from tests.many import multiply

SignIn = Callable[[User], Client]


@pytest.fixture
def browser(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.commander)


def titles(browser: Client, query: str) -> list[str]:
    return [row.title for row in browser.get(f"/incidents?{query}").context["incidents"]]


@pytest.fixture
def three(declare: Declare, people: People, frozen: FrozenClock) -> dict[str, Incident]:
    """Opened an hour apart, and the first changed last."""
    found = {}
    for title, severity in (("first", "P2"), ("second", "P0"), ("third", "P1")):
        found[title] = declare(title, severity=severity, by=people.commander)
        frozen.fast_forward(hours=1)
    changes = {"environment": "production", "regions": ["eu"]}
    actor = Actor.of(people.commander)
    lifecycle.edit(incident_id=found["first"].pk, changes=changes, actor=actor)
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["third", "second", "first"]),
        ("sort=oldest", ["first", "second", "third"]),
        ("sort=updated", ["first", "third", "second"]),
        ("sort=worst", ["second", "third", "first"]),
        ("sort=nonsense&before=nonsense&after=-", ["third", "second", "first"]),
        ("sort=worst&before=1_", ["second", "third", "first"]),
        ("region=eu", ["first"]),
        ("environment=production", ["first"]),
        ("private=yes", []),
        ("private=no&false_positive=no&severity=P0", ["second"]),
        ("since=2026-11-04", []),
        ("until=2026-11-04", ["third", "second", "first"]),
        ("since=nonsense", ["third", "second", "first"]),
        ("field-none=1", []),
    ],
)
def test_it_lists_in_order_what_is_asked_for(
    three: dict[str, Incident], browser: Client, query: str, found: list[str]
) -> None:
    assert titles(browser, query) == found


@pytest.mark.parametrize("order", ["", "oldest", "updated", "worst"])
def test_it_pages_through_every_order_without_gaps(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr("incidents.selectors.pages.SIZE", 4)
    made = {declare(f"Number {n}", severity=f"P{n % 4}").title for n in range(11)}
    seen: list[str] = []
    cursor = ""
    for _ in range(12):
        page = incident_order.page(Incident.objects.all(), order, before=cursor, after="")
        seen += [row.title for row in page.rows]
        cursor = page.older
        if not cursor:
            break
    assert (len(seen), set(seen)) == (11, made)


def test_it_shows_the_chosen_columns(
    three: dict[str, Incident], browser: Client, people: People
) -> None:
    CustomField.objects.create(key="vendor", name="Vendor")
    changes = {"custom_fields": {"vendor": "Acme"}}
    actor = Actor.of(people.commander)
    lifecycle.edit(incident_id=three["first"].pk, changes=changes, actor=actor)
    page = browser.get("/incidents?column=regions&column=field-vendor&column=nonsense")
    cells = {row.incident.title: row.cells for row in page.context["rows"]}
    assert cells["first"] == [("Regions", "eu"), ("Vendor", "Acme")]
    assert cells["second"] == []


def test_it_filters_by_a_field_of_ones_own(
    three: dict[str, Incident], browser: Client, people: People
) -> None:
    CustomField.objects.create(key="tier", name="Tier", kind="choice", choices=["Gold", "Tin"])
    actor = Actor.of(people.commander)
    changes = {"custom_fields": {"tier": "Gold"}}
    lifecycle.edit(incident_id=three["second"].pk, changes=changes, actor=actor)
    assert titles(browser, "field-tier=Gold") == ["second"]
    assert titles(browser, "field-tier=Tin") == []


def test_it_shows_the_words_that_were_found(three: dict[str, Incident], browser: Client) -> None:
    page = browser.get("/incidents?q=second")
    assert [row.title for row in page.context["incidents"]] == ["second"]


@pytest.fixture
def crowd(severities: dict[str, Severity]) -> None:
    """Twenty thousand incidents, nearly all over and one in forty of the worst, as after years."""
    worst, *others = (severity.pk for severity in severities.values())
    one = Incident.objects.create(
        title="Incident",
        severity_id=worst,
        state=State.DETECTED,
        began_at=clock.now(),
        opened_at=clock.now() - timedelta(days=900),
        updated_at=clock.now(),
    )
    multiply(
        one,
        20_000,
        severity_id=f"CASE mod(n, 40) WHEN 0 THEN {worst} ELSE (ARRAY{others})[1 + mod(n, 3)] END",
        state="CASE WHEN mod(n, 500) = 0 THEN 'detected' ELSE 'closed' END",
        regions="CASE WHEN mod(n, 900) = 0 THEN ARRAY['eu'] ELSE regions END",
        custom="""CASE WHEN mod(n, 700) = 0 THEN '{"1": "Acme"}' ELSE custom END""",
        opened_at="opened_at + n * interval '1 minute'",
        updated_at="opened_at + n * interval '1 minute'",
        resolved_at="CASE WHEN mod(n, 500) = 0 THEN NULL ELSE opened_at END",
    )


def plans(rows: Any, order: str) -> str:
    """What the database does for one page."""
    with CaptureQueriesContext(connection) as captured:
        incident_order.page(rows, order, before="", after="")
    told = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if 'FROM "incidents_incident"' in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                told += [line[0] for line in cursor.fetchall()]
    return "\n".join(told)


def test_no_order_sorts_and_no_page_reads_them_all(crowd: None) -> None:
    indexes = {
        "": "incident_newest",
        "oldest": "incident_newest",
        "updated": "incident_updated",
        "worst": "incident_worst",
    }
    for order, index in indexes.items():
        plan = plans(find(Incident.objects.all(), IncidentFilter()), order)
        assert index in plan, f"{order}: {plan}"
        assert "Seq Scan on incidents_incident" not in plan, f"{order}: {plan}"


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (IncidentFilter(region="eu"), "incident_regions"),
        (IncidentFilter(fields=(("vendor", "Acme"),)), "incident_custom"),
    ],
)
def test_rare_particulars_are_found_by_an_index(
    crowd: None, chosen: IncidentFilter, index: str
) -> None:
    CustomField.objects.create(pk=1, key="vendor", name="Vendor")
    plan = plans(find(Incident.objects.all(), chosen), "")
    assert index in plan, plan
