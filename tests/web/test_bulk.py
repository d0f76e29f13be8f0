"""The same done to many incidents at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


@pytest.fixture
def some(declare: Declare, people: People) -> list[Incident]:
    """Three of P1, the last resolved."""
    found = [declare(f"Number {n}") for n in range(3)]
    actor = Actor.of(people.commander)
    lifecycle.move(incident_id=found[2].pk, name="resolve", actor=actor)
    return found


def send(browser: Client, some: list[Incident], do: str, **more: str) -> Any:
    refs = [incident.reference for incident in some]
    return browser.post("/incidents/bulk", {"do": do, "ref": refs, **more})


def severities_of(some: list[Incident]) -> list[str]:
    rows = Incident.objects.filter(pk__in=[each.pk for each in some]).order_by("pk")
    return [row.severity.code for row in rows]


def test_it_says_first_what_would_be_refused_and_changes_nothing(
    some: list[Incident], people: People, sign_in: SignIn
) -> None:
    before = Fact.objects.count()
    page = send(sign_in(people.commander), some, "move:investigate")
    assert [each.reference for each in page.context["done"]] == [
        some[0].reference,
        some[1].reference,
    ]
    assert "it cannot investigate from there" in page.context["refused"][0].refused
    assert Fact.objects.count() == before


def test_it_does_it_to_each_by_its_own_verb(
    some: list[Incident], people: People, sign_in: SignIn
) -> None:
    page = send(
        *(sign_in(people.commander), some, "move:investigate"), confirmed="yes", reason="One cause"
    )
    assert (len(page.context["done"]), len(page.context["refused"])) == (2, 1)
    for incident in some[:2]:
        told = incident.facts.filter(kind="incident.state_changed").last()
        assert told is not None
        assert told.text == "moved it to Investigating: One cause"


def test_a_change_of_severity_can_be_taken_back(
    some: list[Incident], people: People, sign_in: SignIn, declare: Declare
) -> None:
    cara = sign_in(people.commander)
    mixed = [*some, declare("Milder", severity="P3")]
    page = send(cara, mixed, "severity:P0", confirmed="yes")
    assert severities_of(mixed) == ["P0"] * 4
    for do, refs in page.context["undo"]:
        cara.post("/incidents/bulk", {"do": do, "ref": refs, "confirmed": "yes"})
    assert severities_of(mixed) == ["P1", "P1", "P1", "P3"]


def test_it_marks_false_alarms_and_back(
    some: list[Incident], people: People, sign_in: SignIn
) -> None:
    tom = sign_in(people.teammate)
    page = send(tom, some, "false_positive:yes", confirmed="yes")
    assert Incident.objects.filter(false_positive=True).count() == 3
    [(do, refs)] = page.context["undo"]
    tom.post("/incidents/bulk", {"do": do, "ref": refs, "confirmed": "yes"})
    assert not Incident.objects.filter(false_positive=True).exists()


def test_it_assigns_somebody_to_all(some: list[Incident], people: People, sign_in: SignIn) -> None:
    send(sign_in(people.commander), some, "assign:scribe", confirmed="yes", handle="tom")
    held = people.teammate.role_assignments.filter(role="scribe", until__isnull=True)
    assert held.count() == 3


def test_each_is_asked_for_by_itself_whether_one_may(
    some: list[Incident], people: People, sign_in: SignIn, declare: Declare
) -> None:
    secret = declare("Stolen laptop", by=people.commander, private=True)
    page = send(sign_in(people.teammate), [some[0], secret], "severity:P0", confirmed="yes")
    assert not page.context["done"]
    assert "Stolen laptop" not in page.content.decode()
    assert severities_of([some[0], secret]) == ["P1", "P1"]


@pytest.mark.parametrize("do", ["", "delete", "severity:P9", "move:fly", "assign:king"])
def test_it_refuses_what_it_does_not_know(
    some: list[Incident], people: People, sign_in: SignIn, do: str
) -> None:
    assert send(sign_in(people.commander), some, do, confirmed="yes").status_code == 422


def test_it_wants_some_but_not_too_many(people: People, sign_in: SignIn, db: None) -> None:
    cara = sign_in(people.commander)
    assert cara.post("/incidents/bulk", {"do": "move:resolve"}).status_code == 422
    refs = [f"INC-{n}" for n in range(201)]
    assert cara.post("/incidents/bulk", {"do": "move:resolve", "ref": refs}).status_code == 422
