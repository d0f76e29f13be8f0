"""Promises with an owner and a due date."""

from datetime import date

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Fact, Incident
from postmortems import services
from postmortems.models import ActionItem
from postmortems.selectors import documents
from postmortems.services import ActionChanges
from tests.conftest import Declare, FrozenClock, People

TODAY = date(2026, 11, 3)


@pytest.fixture
def incident(declare: Declare, frozen: FrozenClock) -> Incident:
    return declare()


def _add(
    incident: Incident, people: People, title: str = "Set the limit", **given: object
) -> ActionItem:
    content = ActionChanges(title=title, **given)  # type: ignore[arg-type]  # as the test says
    actor = Actor.of(people.commander)
    return services.add_action_item(incident_id=incident.pk, content=content, actor=actor)


def _change(item: ActionItem, people: People, changes: ActionChanges) -> ActionItem:
    actor = Actor.of(people.teammate)
    return services.change_action_item(item_id=item.pk, changes=changes, actor=actor)


def _told(incident: Incident) -> list[str]:
    facts = Fact.objects.filter(incident=incident, kind__startswith="action_item.")
    return [fact.text for fact in facts.order_by("seq")]


def test_it_writes_one_down_before_there_is_a_post_mortem(
    incident: Incident, people: People
) -> None:
    item = _add(incident, people, owner=people.teammate, due_on=date(2026, 11, 9))
    assert (item.state, item.created_by) == ("pending", "Cara Commander")
    assert _told(incident) == [
        "added the action item “Set the limit”, for Tom Teammate, due 9 Nov 2026"
    ]


def test_it_tells_what_was_changed(incident: Incident, people: People) -> None:
    item = _add(incident, people, owner=people.teammate)
    _change(item, people, ActionChanges(owner=None, due_on=date(2026, 12, 1)))
    _change(item, people, ActionChanges(state="in_progress"))
    assert _told(incident)[1:] == [
        "changed the action item “Set the limit”: owner removed, due date to 1 Dec 2026",
        "set the action item “Set the limit” to in progress",
    ]


def test_it_says_nothing_when_nothing_changed(incident: Incident, people: People) -> None:
    item = _add(incident, people)
    _change(item, people, ActionChanges(state="pending", title=" Set the  limit "))
    assert len(_told(incident)) == 1


def test_it_knows_when_one_ended(incident: Incident, people: People, frozen: FrozenClock) -> None:
    item = _change(_add(incident, people), people, ActionChanges(state="completed"))
    assert item.ended_at == frozen.at
    assert _change(item, people, ActionChanges(state="in_progress")).ended_at is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"kind": "magic"}, "kind"),
        ({"state": "lost"}, "state"),
        ({"priority": "P9"}, "priority"),
    ],
)
def test_it_refuses_what_makes_no_sense(
    incident: Incident, people: People, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        _add(incident, people, **given)
    assert caught.value.field == field
    assert not ActionItem.objects.exists()


def test_it_gives_nothing_to_people_who_have_left(incident: Incident, people: People) -> None:
    people.teammate.is_active = False
    people.teammate.save()
    with pytest.raises(Invalid, match="no longer active"):
        _add(incident, people, owner=people.teammate)


def test_an_item_of_somebody_who_left_can_still_be_ended(
    incident: Incident, people: People
) -> None:
    item = _add(incident, people, owner=people.teammate)
    people.teammate.is_active = False
    people.teammate.save()
    kept = ActionChanges(owner=people.teammate, state="failed")
    assert _change(item, people, kept).state == "failed"


def test_it_says_when_there_is_no_such_item(people: People) -> None:
    with pytest.raises(NotFound):
        services.change_action_item(
            item_id=99, changes=ActionChanges(), actor=Actor.of(people.teammate)
        )


def test_what_is_overdue_comes_first(incident: Incident, people: People) -> None:
    _add(incident, people, "no date")
    _add(incident, people, "soon", due_on=date(2026, 11, 4))
    _add(incident, people, "late", due_on=date(2026, 11, 1))
    _add(incident, people, "done late", due_on=date(2026, 10, 1), state="completed")
    rows = documents.action_items(Incident.objects.all(), today=TODAY, state="all")
    assert [row.title for row in rows] == ["late", "soon", "no date", "done late"]
    assert [row.is_overdue(TODAY) for row in rows] == [True, False, False, False]
