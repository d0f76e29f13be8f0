"""Links between incidents."""

import pytest

from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import IncidentLink
from incidents.pipeline import merging
from tests.conftest import Declare
from tests.hub.conftest import Desk, Told


@pytest.mark.parametrize(
    ("relation", "here", "there"),
    [
        ("related", "as related to", "as related to"),
        ("duplicate_of", "as a duplicate of", "as what is the same as"),
        ("caused_by", "as caused by", "as the cause of"),
        ("causes", "as the cause of", "as caused by"),
        ("child_of", "as a child of", "as the parent of"),
        ("parent_of", "as the parent of", "as a child of"),
    ],
)
def test_a_link_is_told_on_both_sides(
    declare: Declare, desk: Desk, told: Told, relation: str, here: str, there: str
) -> None:
    one, other = declare("One"), declare("Other")
    desk.link(one, relation, other)
    assert told(one) == [f"marked this incident {here} {other.reference} Other"]
    assert told(other) == [f"marked this incident {there} {one.reference} One"]


def test_the_same_link_said_twice_or_from_the_other_side_is_one(
    declare: Declare, desk: Desk, told: Told
) -> None:
    one, other = declare("One"), declare("Other")
    for a, relation, b in (
        (one, "related", other),
        (other, "related", one),
        (one, "causes", other),
        (other, "caused_by", one),
    ):
        desk.link(a, relation, b)
    assert IncidentLink.objects.count() == 2
    assert len(told(one)) == 2


def test_it_is_taken_away_from_either_side(declare: Declare, desk: Desk, told: Told) -> None:
    one, other = declare("One"), declare("Other")
    desk.link(one, "caused_by", other)
    link = IncidentLink.objects.get()
    merging.unlink(incident_id=other.pk, link_id=link.pk, actor=desk.cara)
    assert not IncidentLink.objects.exists()
    assert told(one)[-1] == f"no longer marks this incident as caused by {other.reference} Other"
    with pytest.raises(NotFound):
        merging.unlink(incident_id=other.pk, link_id=link.pk, actor=desk.cara)


def test_a_link_of_two_others_is_none_of_its_business(declare: Declare, desk: Desk) -> None:
    one, other, third = declare("One"), declare("Other"), declare("Third")
    desk.link(one, "related", other)
    link = IncidentLink.objects.get()
    with pytest.raises(NotFound):
        merging.unlink(incident_id=third.pk, link_id=link.pk, actor=desk.cara)


def test_an_incident_has_one_parent(declare: Declare, desk: Desk) -> None:
    child, parent, third = declare("Child"), declare("Parent"), declare("Third")
    desk.link(child, "child_of", parent)
    with pytest.raises(Conflict, match=f"is a child of {parent.reference} already"):
        desk.link(third, "parent_of", child)


@pytest.mark.parametrize("relation", ["child_of", "caused_by", "duplicate_of"])
def test_nothing_comes_before_itself(declare: Declare, desk: Desk, relation: str) -> None:
    first, second, third = declare("First"), declare("Second"), declare("Third")
    desk.link(first, relation, second)
    desk.link(second, relation, third)
    with pytest.raises(Conflict, match="that would be a circle"):
        desk.link(third, relation, first)


@pytest.mark.parametrize("relation", ["sibling", ""])
def test_it_knows_no_other_links(declare: Declare, desk: Desk, relation: str) -> None:
    with pytest.raises(Invalid, match="There is no link called"):
        desk.link(declare(), relation, declare())


def test_it_refuses_a_link_to_itself(declare: Declare, desk: Desk) -> None:
    incident = declare()
    with pytest.raises(Invalid, match="to itself"):
        desk.link(incident, "related", incident)


def test_the_public_side_hears_nothing_of_a_link_to_a_private_incident(
    declare: Declare, desk: Desk, told: Told
) -> None:
    public, private = declare("Slow log-ins"), declare("Break-in", private=True)
    desk.link(public, "caused_by", private)
    assert told(public) == []
    assert told(private) == [
        f"marked this incident as the cause of {public.reference} Slow log-ins"
    ]
