"""Splitting alerts off into an incident of their own."""

import pytest

from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Alert, IncidentLink, LinkKind, State
from incidents.pipeline import lifecycle, merging
from tests.conftest import Declare, People
from tests.hub.conftest import Desk, Told


def _from(source: str) -> Alert:
    return Alert.objects.get(labels__source=source)


def test_chosen_alerts_move_into_a_new_incident_that_is_linked_back(desk: Desk, told: Told) -> None:
    origin = desk.incident("A", "db-1", "db-2", "db-3")
    new = desk.split(origin, [_from("db-2")], title="Disk of db-2")
    assert (desk.alerts(origin), desk.alerts(new)) == (["A db-1", "A db-3"], ["A db-2"])
    assert (new.title, new.severity.code, new.state) == ("Disk of db-2", "P2", State.DETECTED)
    assert new.began_at == _from("db-2").started_at
    assert told(origin) == [f"split off {new.reference} Disk of db-2 with A"]
    assert told(new) == [f"split this incident off from {origin.reference} A with A"]
    link = IncidentLink.objects.get()
    assert (link.one, link.other, link.kind) == (new, origin, LinkKind.SPLIT_FROM)
    assert "split off from" in _from("db-2").trail[-1]["text"]


def test_new_alerts_go_on_joining_the_origin(desk: Desk) -> None:
    origin = desk.incident("A", "db-1", "db-2")
    new = desk.split(origin, [_from("db-2")])
    assert desk.fire("A", source="db-4").incident == origin
    assert desk.fire("A", source="db-2").incident == new


def test_the_new_incident_is_over_with_its_own_alerts(desk: Desk) -> None:
    origin = desk.incident("A", "db-1", "db-2")
    new = desk.split(origin, [_from("db-2")])
    desk.clear("A", source="db-2")
    assert (desk.read(new.pk).state, desk.read(origin.pk).state) == ("resolved", "detected")


def test_messages_are_referred_to_and_stay(desk: Desk, told: Told) -> None:
    origin = desk.incident("A", "db-1", "db-2")
    quote = merging.Quote(seq=7, author="Tom", text="db-2 is another story")
    division = merging.Division(
        alert_ids=[_from("db-2").pk], title="db-2", severity=origin.severity, said=[quote]
    )
    new = merging.split(incident_id=origin.pk, division=division, actor=desk.cara)
    assert "Said there: Tom said “db-2 is another story”" in told(new)[0]
    assert new.facts.get(kind="incident.split").data["said"][0]["seq"] == "7"


def test_undoing_a_split_is_merging_it_back(desk: Desk) -> None:
    origin = desk.incident("A", "db-1", "db-2")
    new = desk.split(origin, [_from("db-2")])
    desk.merge(new, into=origin)
    assert desk.alerts(origin) == ["A db-1", "A db-2"]
    assert desk.read(new.pk).state == State.MERGED
    desk.unmerge(new)
    assert (desk.alerts(origin), desk.alerts(new)) == (["A db-1"], ["A db-2"])


def test_undoing_a_merge_leaves_alone_what_was_split_off_before(desk: Desk) -> None:
    origin, target = desk.incident("A", "db-1", "db-2"), desk.incident("B")
    new = desk.split(origin, [_from("db-2")])
    desk.merge(origin, new, into=target)
    assert desk.unmerge(origin).notes == []
    assert desk.alerts(origin) == ["A db-1"]
    desk.unmerge(new)
    assert desk.alerts(new) == ["A db-2"]


def test_it_refuses_alerts_of_another_incident_and_none_at_all(desk: Desk) -> None:
    origin, other = desk.incident("A"), desk.incident("B", "db-9")
    with pytest.raises(Conflict, match=f"One of the alerts is not in {origin.reference}"):
        desk.split(origin, [_from("db-9")])
    with pytest.raises(Invalid, match="which alerts"):
        desk.split(other, [])
    with pytest.raises(Invalid, match="needs a title"):
        desk.split(other, [_from("db-9")], title=" ")


def test_what_is_split_off_a_private_incident_is_private(
    declare: Declare, desk: Desk, people: People, told: Told
) -> None:
    origin = declare("Break-in", private=True)
    lifecycle.assign(incident_id=origin.pk, role="responder", user=people.teammate, actor=desk.cara)
    Alert.objects.update_or_create(pk=desk.fire("A").pk, defaults={"incident": origin})
    new = desk.split(origin, [_from("db-1")], title="Second break-in")
    assert new.private
    assert set(new.role_assignments.values_list("user__username", flat=True)) == {"cara", "tom"}
    assert told(origin) == ["split off a private incident with A"]
