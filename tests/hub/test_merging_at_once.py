"""Merging while others merge, and while alerts arrive."""

from functools import partial

import pytest

from incidents.models import Alert, Fact, Incident, State
from tests.hub.at_once import at_once
from tests.hub.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_that_are_merged_into_each_other_become_one(desk: Desk) -> None:
    for turn in range(4):
        one, other = desk.incident(f"A{turn}"), desk.incident(f"B{turn}")
        results = at_once(
            partial(desk.merge, one, into=other),
            partial(desk.merge, other, into=one),
        )
        assert sorted(results) == ["Conflict", "done"]
        merged = Incident.objects.filter(pk__in=[one.pk, other.pk], state=State.MERGED)
        assert merged.count() == 1
        assert Alert.objects.filter(incident=merged.get().merged_into).count() == 2


def test_many_merges_in_a_ring_end_without_a_deadlock(desk: Desk) -> None:
    ring = [desk.incident(f"R{n}") for n in range(4)]
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    results = at_once(*(partial(desk.merge, one, into=other) for one, other in pairs))
    assert set(results) <= {"done", "Conflict"}
    open_ones = Incident.objects.exclude(state=State.MERGED)
    assert open_ones.count() == 4 - results.count("done")
    assert Alert.objects.filter(incident__in=open_ones).count() == 4


def test_alerts_that_arrive_meanwhile_end_in_the_target(desk: Desk) -> None:
    for turn in range(4):
        target, source = desk.incident(f"T{turn}"), desk.incident(f"S{turn}")
        event = {"type": f"S{turn}", "message": f"S{turn}"}
        desk.send(*({**event, "source": f"db-{n}"} for n in range(20)))
        assert at_once(desk.fold, partial(desk.merge, source, into=target)) == ["done", "done"]
        assert Alert.objects.filter(incident=target).count() == 21
        assert not Alert.objects.filter(incident=source).exists()
        assert Incident.objects.count() == 2 * (turn + 1)


def test_alerts_that_end_meanwhile_are_told_all_the_same(desk: Desk) -> None:
    for turn in range(4):
        target, source = desk.incident(f"T{turn}"), desk.incident(f"S{turn}")
        over = {"source": "db-1", "message": "over", "action": "resolve"}
        desk.send({**over, "type": f"S{turn}"}, {**over, "type": f"T{turn}"})
        assert (
            at_once(desk.fold, partial(desk.merge, source, into=target)) == ["done", "done"]
            or desk.read(source.pk).state == State.RESOLVED
        )
        assert not Alert.objects.exclude(state="resolved").exists()
        ended = Fact.objects.filter(kind="alert.resolved", incident__in=[source, target])
        assert ended.count() == 2
