"""A run through a runbook: start, tick, note, finish."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident
from incidents.pipeline import lifecycle
from runbooks import services
from runbooks.models import RunbookRun, StepTick
from runbooks.rendering import progress
from tests.conftest import Declare, FrozenClock, People
from tests.runbooks.conftest import Write


@pytest.fixture
def run(write: Write, declare: Declare, people: People) -> RunbookRun:
    incident = declare("Disk full")
    return services.start(
        incident_id=incident.pk, runbook_id=write().pk, actor=Actor.of(people.teammate)
    )


def told(run: RunbookRun) -> list[str]:
    return [f.text for f in timeline.since(run.incident_id) if f.kind.startswith("runbook.")]


def test_it_freezes_the_text_at_the_start(run: RunbookRun, people: People) -> None:
    runbook = run.runbook
    assert runbook is not None
    runbook.body = "## Only one step"
    services.write(runbook, actor=Actor.of(people.admin))
    run.refresh_from_db()
    assert [step["title"] for step in run.steps] == [
        "See which disk",
        "Free space",
        "Confirm that it is over",
    ]
    assert run.version == 1
    assert run.introduction == "Do not wait for 100 %."


def test_starting_twice_is_one_run(run: RunbookRun, people: People) -> None:
    again = services.start(
        incident_id=run.incident_id,
        runbook_id=run.runbook_id or 0,
        actor=Actor.of(people.commander),
    )
    assert again.pk == run.pk
    assert told(run) == ["started the runbook Disk is full, 3 steps"]


def test_it_keeps_who_ticked_when_and_the_note(
    run: RunbookRun, people: People, frozen: FrozenClock
) -> None:
    services.tick(
        run_id=run.pk, index=1, done=True, note=" /var, 98 % ", actor=Actor.of(people.teammate)
    )
    shown = progress(RunbookRun.objects.get(pk=run.pk))
    first, second, _ = shown.steps
    assert first.tick is not None
    assert (first.tick.done_by_name, first.tick.done_at) == ("Tom Teammate", frozen.at)
    assert first.tick.note == "/var, 98 %"
    assert second.is_next
    assert (shown.done, shown.total) == (1, 3)
    assert told(run)[-1] == "did step 1 of Disk is full: See which disk (“/var, 98 %”)"


def test_a_second_tick_changes_nothing(run: RunbookRun, people: People) -> None:
    services.tick(run_id=run.pk, index=1, done=True, actor=Actor.of(people.teammate))
    services.tick(run_id=run.pk, index=1, done=True, actor=Actor.of(people.commander))
    assert StepTick.objects.get(run=run).done_by == people.teammate
    assert len(told(run)) == 2


def test_a_tick_can_be_taken_back(run: RunbookRun, people: People) -> None:
    actor = Actor.of(people.teammate)
    services.tick(run_id=run.pk, index=2, done=True, actor=actor)
    services.tick(run_id=run.pk, index=2, done=False, note="came back", actor=actor)
    services.tick(run_id=run.pk, index=2, done=False, actor=actor)
    assert not run.ticks.exists()
    assert told(run)[-1] == "took back step 2 of Disk is full: Free space (“came back”)"
    assert len(told(run)) == 3


def test_a_note_on_a_done_step_is_kept_beside_its_tick(run: RunbookRun, people: People) -> None:
    services.tick(run_id=run.pk, index=1, done=True, actor=Actor.of(people.teammate))
    services.tick(
        run_id=run.pk, index=1, done=True, note="it was /var", actor=Actor.of(people.commander)
    )
    tick = StepTick.objects.get(run=run)
    assert (tick.done_by_name, tick.note) == ("Tom Teammate", "it was /var")
    assert told(run)[-1] == "noted on step 1 of Disk is full: it was /var"


@pytest.mark.parametrize("index", [0, 4, 99])
def test_it_knows_its_steps(run: RunbookRun, people: People, index: int) -> None:
    with pytest.raises(NotFound, match="Its steps are 1 to 3"):
        services.tick(run_id=run.pk, index=index, done=True, actor=Actor.of(people.teammate))


def test_a_note_has_an_end(run: RunbookRun, people: People) -> None:
    with pytest.raises(Invalid, match="at most 2000"):
        services.tick(
            run_id=run.pk, index=1, done=True, note="x" * 2001, actor=Actor.of(people.teammate)
        )
    assert not run.ticks.exists()


def test_a_finished_run_stays_as_it_is(run: RunbookRun, people: People) -> None:
    actor = Actor.of(people.teammate)
    services.tick(run_id=run.pk, index=1, done=True, actor=actor)
    services.finish(run_id=run.pk, actor=actor)
    services.finish(run_id=run.pk, actor=Actor.of(people.commander))
    assert told(run)[-1] == "finished the runbook Disk is full, 1 of 3 steps done"
    assert len(told(run)) == 3
    with pytest.raises(Conflict, match="Tom Teammate has finished this run"):
        services.tick(run_id=run.pk, index=2, done=True, actor=actor)


def test_it_can_be_started_again_after_its_end(run: RunbookRun, people: People) -> None:
    actor = Actor.of(people.teammate)
    services.finish(run_id=run.pk, actor=actor)
    again = services.start(incident_id=run.incident_id, runbook_id=run.runbook_id or 0, actor=actor)
    assert again.pk != run.pk


def test_nothing_starts_on_a_closed_incident_or_switched_off(
    write: Write, declare: Declare, people: People
) -> None:
    actor = Actor.of(people.teammate)
    incident = declare("Disk full")
    off = write("Off", enabled=False)
    with pytest.raises(Conflict, match="switched off"):
        services.start(incident_id=incident.pk, runbook_id=off.pk, actor=actor)
    for name in ("resolve", "close"):
        lifecycle.move(incident_id=incident.pk, name=name, actor=actor)
    with pytest.raises(Conflict, match="is closed"):
        services.start(incident_id=incident.pk, runbook_id=write("On").pk, actor=actor)


def test_a_text_without_steps_is_ticked_as_a_whole(
    write: Write, declare: Declare, people: People
) -> None:
    runbook = write("Call Ana", body="Just call Ana.")
    run = services.start(
        incident_id=declare().pk, runbook_id=runbook.pk, actor=Actor.of(people.teammate)
    )
    assert run.steps == [{"title": "Call Ana", "body": "Just call Ana."}]


def test_a_run_outlives_its_runbook(run: RunbookRun, people: People) -> None:
    services.remove(runbook_id=run.runbook_id or 0, actor=Actor.of(people.admin))
    run.refresh_from_db()
    assert run.runbook is None
    services.tick(run_id=run.pk, index=1, done=True, actor=Actor.of(people.teammate))
    assert progress(run).done == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_may_tick_the_same_step_at_once(run: RunbookRun, people: People) -> None:
    def press(actor: Actor) -> None:
        try:
            services.tick(run_id=run.pk, index=1, done=True, actor=actor)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for pressed in [
            pool.submit(press, Actor.of(u)) for u in [people.teammate, people.commander] * 4
        ]:
            pressed.result()
    assert StepTick.objects.count() == 1
    assert len(told(run)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_may_start_the_same_runbook_at_once(
    write: Write, declare: Declare, people: People
) -> None:
    incident, runbook = declare(), write()

    def press(actor: Actor) -> int:
        try:
            return services.start(incident_id=incident.pk, runbook_id=runbook.pk, actor=actor).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        started = set(pool.map(press, [Actor.of(people.teammate), Actor.of(people.commander)] * 4))
    assert len(started) == 1
    assert Incident.objects.get(pk=incident.pk).last_seq == 3
