"""Going through a runbook during an incident: start, tick, finish.

Two people may press the same thing at once: each verb locks what it changes, says what is so
afterwards, and tells the timeline only what is new.
"""

from typing import Any

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident, State
from incidents.pipeline import lifecycle
from runbooks import events
from runbooks.models import Runbook, RunbookRun, StepTick
from runbooks.rendering import Outline, Step, outline

MAX_NOTE = 2000


@transaction.atomic
def start(*, incident_id: int, runbook_id: int, actor: Actor) -> RunbookRun:
    """Begin a run with the runbook's text as it is now; one that is under way is returned."""
    incident = lifecycle.locked(incident_id)
    runbook = Runbook.objects.filter(pk=runbook_id).first()
    if runbook is None:
        raise NotFound("There is no such runbook.", "Choose one from the library.")
    under_way = incident.runbook_runs.filter(runbook=runbook, finished_at=None).first()
    if under_way:
        return under_way
    _check_startable(incident, runbook)
    run = _new_run(incident, runbook, actor)
    run.save()
    body = events.RunbookStarted(
        run_id=run.pk,
        title=run.title,
        version=run.version,
        steps=len(run.steps),
        slug=runbook.slug,
    )
    bus.emit(incident, body, actor=actor)
    return run


def _check_startable(incident: Incident, runbook: Runbook) -> None:
    if incident.state == State.CLOSED:
        raise Conflict(f"{incident.reference} is closed.", "Reopen it to run a runbook.")
    if not runbook.enabled:
        raise Conflict(f"{runbook.title} is switched off.", "An admin can switch it on again.")


def check(incident: Incident, runbook: Runbook) -> int:
    """How many steps a run would have. Raises Conflict where none can be started."""
    _check_startable(incident, runbook)
    return len(_steps_of(runbook).steps)


def _new_run(incident: Incident, runbook: Runbook, actor: Actor) -> RunbookRun:
    parts = _steps_of(runbook)
    return RunbookRun(
        incident=incident,
        runbook=runbook,
        title=runbook.title,
        version=runbook.version,
        introduction=parts.introduction,
        steps=[{"title": step.title, "body": step.body} for step in parts.steps],
        started_by_id=actor.user_id,
        started_by_name=actor.name,
        started_at=clock.now(),
    )


def _steps_of(runbook: Runbook) -> Outline:
    """A text without steps is followed as a whole."""
    parts = outline(runbook.body)
    return parts if parts.steps else Outline("", (Step(runbook.title, parts.introduction),))


@transaction.atomic
def tick(
    *, run_id: int, index: int, done: bool, actor: Actor, note: str | None = None
) -> RunbookRun:
    """Say that a step (from 1) is done, or is not; a note on a done step replaces the one it has.

    What is so already stays so and tells nothing. Without `note` the note stays.
    """
    run = _locked(run_id)
    if not 1 <= index <= len(run.steps):
        raise NotFound(f"{run.title} has no step {index}.", f"Its steps are 1 to {len(run.steps)}.")
    words = None if note is None else note.strip()
    if words and len(words) > MAX_NOTE:
        raise Invalid(
            f"A note has at most {MAX_NOTE} characters.", "Put it in the chat.", field="note"
        )
    present = run.ticks.filter(index=index).first()
    if done and present is None:
        _do(run, index, actor, words or "")
    elif done and present and words is not None and words != present.note:
        _note(run, present, actor, words)
    elif not done and present:
        present.delete()
        _tell(run, index, actor, events.StepUnticked, words or "")
    return run


def _do(run: RunbookRun, index: int, actor: Actor, note: str) -> None:
    StepTick.objects.create(
        run=run,
        index=index,
        done_by_id=actor.user_id,
        done_by_name=actor.name,
        done_at=clock.now(),
        note=note,
    )
    _tell(run, index, actor, events.StepTicked, note)


def _note(run: RunbookRun, present: StepTick, actor: Actor, note: str) -> None:
    present.note = note
    present.save(update_fields=["note"])
    if note:
        _tell(run, present.index, actor, events.StepNoted, note)


def _tell(run: RunbookRun, index: int, actor: Actor, kind: type[Any], note: str) -> None:
    step = run.steps[index - 1]["title"]
    body = kind(run_id=run.pk, title=run.title, index=index, step=step, note=note)
    bus.emit(run.incident, body, actor=actor)


@transaction.atomic
def finish(*, run_id: int, actor: Actor) -> RunbookRun:
    """End the run, whatever is ticked; a run that has ended stays as it is."""
    run = _locked(run_id, finished_too=True)
    if run.is_finished:
        return run
    run.finished_at = clock.now()
    run.finished_by_id = actor.user_id
    run.finished_by_name = actor.name
    run.save(update_fields=["finished_at", "finished_by", "finished_by_name"])
    body = events.RunbookFinished(
        run_id=run.pk, title=run.title, done=run.ticks.count(), steps=len(run.steps)
    )
    bus.emit(run.incident, body, actor=actor)
    return run


def _locked(run_id: int, *, finished_too: bool = False) -> RunbookRun:
    """The run with its incident's row locked, which every verb of an incident locks first."""
    found = RunbookRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound(f"There is no runbook run {run_id}.", "The incident lists its runs.")
    incident = lifecycle.locked(found.incident_id, merged_too=True)
    run = RunbookRun.objects.get(pk=run_id)
    run.incident = incident
    if run.is_finished and not finished_too:
        raise Conflict(
            f"{run.finished_by_name} has finished this run of {run.title}.",
            "Start the runbook again to go through it once more.",
        )
    return run
