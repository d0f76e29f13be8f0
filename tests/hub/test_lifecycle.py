"""The verbs of an incident."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Fact, Incident, State
from incidents.pipeline import lifecycle, moves
from tests.conftest import Declare, FrozenClock, People

ENGINE = Actor.system("engine")


def test_it_opens_with_numbered_facts(declare: Declare) -> None:
    incident = declare("Checkout is down", severity="P0")
    fact, triaged = timeline.since(incident.pk)
    assert (fact.seq, fact.kind, fact.text) == (1, "incident.opened", "opened the incident at P0")
    assert (triaged.seq, triaged.kind, triaged.actor_name) == (2, "incident.triaged", "Triage")
    assert incident.last_seq == 2
    assert incident.state == State.DETECTED


def test_it_refuses_an_incident_without_a_title(declare: Declare) -> None:
    with pytest.raises(Invalid, match="needs a title"):
        declare("   ")
    assert not Incident.objects.exists()


@pytest.mark.parametrize("state", [state for state in State.values if state != State.MERGED])
@pytest.mark.parametrize("name", moves.MOVES)
def test_it_makes_a_move_only_from_where_the_table_says(
    declare: Declare, name: str, state: str
) -> None:
    incident = declare()
    Incident.objects.filter(pk=incident.pk).update(state=state)
    if state in moves.MOVES[name].sources:
        moved = lifecycle.move(incident_id=incident.pk, name=name, actor=ENGINE)
        assert moved.state == moves.MOVES[name].target
    else:
        with pytest.raises(Conflict, match="Possible now"):
            lifecycle.move(incident_id=incident.pk, name=name, actor=ENGINE)
        incident.refresh_from_db()
        assert (incident.state, incident.last_seq) == (state, 2)


def test_it_stamps_each_state_the_first_time_only(declare: Declare, frozen: FrozenClock) -> None:
    incident = declare()
    acknowledged = frozen.fast_forward(minutes=2)
    lifecycle.move(incident_id=incident.pk, name="acknowledge", actor=ENGINE)
    frozen.fast_forward(minutes=5)
    lifecycle.move(incident_id=incident.pk, name="investigate", actor=ENGINE)
    mitigated = frozen.fast_forward(minutes=5)
    lifecycle.move(incident_id=incident.pk, name="mitigate", actor=ENGINE)
    frozen.fast_forward(minutes=5)
    incident = lifecycle.move(incident_id=incident.pk, name="monitor", actor=ENGINE)
    assert (incident.acknowledged_at, incident.mitigated_at) == (acknowledged, mitigated)


def test_it_counts_resolving_straight_away_as_acknowledging(
    declare: Declare, frozen: FrozenClock
) -> None:
    incident = declare()
    at = frozen.fast_forward(minutes=3)
    incident = lifecycle.move(incident_id=incident.pk, name="resolve", actor=ENGINE)
    assert (incident.acknowledged_at, incident.resolved_at) == (at, at)


def test_it_forgets_the_end_when_it_is_reopened(declare: Declare) -> None:
    incident = declare()
    lifecycle.move(incident_id=incident.pk, name="resolve", actor=ENGINE)
    incident = lifecycle.move(incident_id=incident.pk, name="reopen", actor=ENGINE, reason="again")
    assert (incident.state, incident.resolved_at) == (State.INVESTIGATING, None)
    assert timeline.since(incident.pk)[-1].text == "moved it to Investigating: again"


def test_it_passes_the_command_on_and_says_from_whom(declare: Declare, people: People) -> None:
    incident = declare()
    for user in (people.commander, people.teammate):
        lifecycle.assign(incident_id=incident.pk, role="commander", user=user, actor=ENGINE)
    incident.refresh_from_db()
    assert incident.commander == people.teammate
    assert timeline.since(incident.pk)[-1].text == (
        "made Tom Teammate incident commander, taking over from Cara Commander"
    )


def test_it_says_nothing_when_nothing_changes(declare: Declare, people: People) -> None:
    incident = declare(severity="P1")
    lifecycle.set_severity(incident_id=incident.pk, severity=incident.severity, actor=ENGINE)
    lifecycle.edit(incident_id=incident.pk, changes={"title": incident.title}, actor=ENGINE)
    assert incident.last_seq == Fact.objects.filter(incident=incident).count() == 2


def test_it_notes_a_note_sent_twice_once(declare: Declare) -> None:
    incident, client_id = declare(), uuid.uuid4()
    for _ in range(2):
        lifecycle.note(incident_id=incident.pk, text="It is DNS", actor=ENGINE, client_id=client_id)
    assert [f.text for f in timeline.of_kind(incident.pk, "incident.noted")] == ["noted: It is DNS"]


def test_it_knows_no_incident_that_is_not_there(db: None) -> None:
    with pytest.raises(NotFound, match="INC-404"):
        lifecycle.note(incident_id=404, text="hello", actor=ENGINE)


@pytest.mark.django_db(transaction=True)
def test_it_lets_one_of_many_at_once_make_the_move(declare: Declare) -> None:
    incident, barrier = declare(), Barrier(6)

    def acknowledge() -> str:
        barrier.wait()
        try:
            lifecycle.move(incident_id=incident.pk, name="acknowledge", actor=ENGINE)
        except Conflict:
            return "late"
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(6) as pool:
        results = [f.result() for f in [pool.submit(acknowledge) for _ in range(6)]]
    assert sorted(results) == ["late"] * 5 + ["won"]


@pytest.mark.django_db(transaction=True)
def test_it_numbers_facts_without_a_gap_under_many_writers(declare: Declare) -> None:
    incident = declare()

    def write() -> None:
        for n in range(20):
            lifecycle.note(incident_id=incident.pk, text=f"note {n}", actor=ENGINE)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(write) for _ in range(4)]:
            future.result()
    seqs = Fact.objects.filter(incident=incident).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 83))
