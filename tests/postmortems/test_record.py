"""Phases, figures and medians: the numbers behind the words."""

from datetime import timedelta

from incidents.kernel import clock
from incidents.models import Incident
from incidents.pipeline import lifecycle
from postmortems.events import PostMortemPublished
from postmortems.selectors.phases import phases_of
from postmortems.selectors.records import record_of
from tests.conftest import Declare, FrozenClock
from tests.postmortems.conftest import PROMETHEUS, Story
from warroom.events import MessagePosted


def _phases(incident: Incident) -> list[tuple[str, float]]:
    return [(phase.name, phase.seconds) for phase in phases_of(incident, clock.now())]


def test_phases_follow_each_other_from_beginning_to_end(outage: Story) -> None:
    assert _phases(outage.fresh()) == [
        ("Detect", 20),
        ("Acknowledge", 110),
        ("Find the cause", 28 * 60),
        ("Stop the harm", 15 * 60),
        ("Resolve", 24 * 60),
    ]


def test_a_phase_without_a_stamp_joins_the_next(story: Story) -> None:
    story.wait(minutes=1).move("acknowledge")
    story.wait(minutes=9).move("mitigate")
    story.wait(minutes=5).move("resolve")
    assert _phases(story.fresh())[2:] == [("Find the cause, stop the harm", 540), ("Resolve", 300)]


def test_an_open_incident_has_phases_up_to_now(story: Story) -> None:
    story.wait(minutes=1).move("acknowledge")
    story.wait(minutes=3)
    assert _phases(story.fresh())[-1] == ("Find the cause", 180)


def test_figures_know_their_targets_and_the_fact_that_ended_them(outage: Story) -> None:
    figure = record_of(outage.fresh()).figure("acknowledge")
    assert figure is not None
    assert (figure.seconds, figure.target, figure.seq) == (110, 900, 4)
    assert not figure.is_late


def test_it_compares_with_incidents_alike_once_there_are_five(
    outage: Story, declare: Declare, frozen: FrozenClock
) -> None:
    for minutes in (2, 4, 6, 8):
        _resolved_after(minutes, declare, frozen)
    assert record_of(outage.fresh()).comparison.medians == {}
    _resolved_after(60, declare, frozen)
    comparison = record_of(outage.fresh()).comparison
    assert comparison.count == 5
    assert comparison.medians == {"acknowledge": 360}


def _resolved_after(minutes: int, declare: Declare, frozen: FrozenClock) -> None:
    incident = declare("Another", severity="P0")
    frozen.fast_forward(minutes=minutes)
    lifecycle.move(incident_id=incident.pk, name="resolve", actor=PROMETHEUS)


def test_private_incidents_leave_no_trace_in_the_medians(
    outage: Story, declare: Declare, frozen: FrozenClock
) -> None:
    for _ in range(6):
        incident = declare("Secret", severity="P0", private=True)
        frozen.at += timedelta(minutes=1)
        lifecycle.move(incident_id=incident.pk, name="resolve", actor=PROMETHEUS)
    assert record_of(outage.fresh()).comparison.count == 0


def test_chat_and_the_document_itself_are_no_part_of_the_record(outage: Story) -> None:
    before = len(record_of(outage.fresh()).facts)
    outage.tell(MessagePosted("m1", "I look at the pool."))
    outage.tell(PostMortemPublished(1))
    record = record_of(outage.fresh())
    assert len(record.facts) == before
    assert record.messages == 1
