"""What is to be done: opened, changed, begun, finished, dropped, put in order.

Each verb locks the incident, so that of two people who do the same at once one finds it done.
Raises Invalid for what cannot be, Conflict for what does not fit the state, NotFound. In an
incident that was merged into another no task is opened, but those there are may be ended.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from incidents import access
from incidents.access import Principal
from incidents.events import bus
from incidents.events import tasks as facts
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Fact, Incident, User
from incidents.pipeline import lifecycle
from warroom.models import MAX_REASON, MAX_TITLE, UNFINISHED, Task, TaskState
from warroom.selectors.tasks import numbered
from warroom.services.text import line

MOST: Final = 500
EARLIEST_REMINDER: Final = 7 * 24 * 60
UNCHANGED: Final[Any] = object()
_NAMES: Final = {"due_at": "due", "remind_minutes": "reminder", "follow_up": "follow-up"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContent:
    """What to set; what is UNCHANGED stays. None removes the assignee or the due time."""

    title: str = UNCHANGED
    assignee: User | None = UNCHANGED
    due_at: datetime | None = UNCHANGED
    remind_minutes: int = UNCHANGED
    follow_up: bool = UNCHANGED

    def given(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not UNCHANGED}


@transaction.atomic
def open_task(
    *, incident_id: int, content: TaskContent, actor: Actor, said_seq: int | None = None
) -> Task:
    """Write down what is to be done; only the title must be given.

    `said_seq` is the number of the message, or of any other fact, that it is made from.
    """
    incident = lifecycle.locked(incident_id)
    known = Task.objects.filter(incident=incident).aggregate(n=Max("number"), p=Max("position"))
    if (known["n"] or 0) >= MOST:
        raise Conflict(f"{incident.reference} has {MOST} tasks already.", "Use the ones there are.")
    if said_seq is not None and not Fact.objects.filter(incident=incident, seq=said_seq).exists():
        raise Invalid("There is no such message.", "Reload the room.", field="said_seq")
    task = Task(
        incident=incident,
        number=(known["n"] or 0) + 1,
        position=(known["p"] or 0) + 1,
        said_seq=said_seq,
        created_by=actor.name,
        created_at=clock.now(),
        title="",
    )
    _set(task, content.given() | {"title": content.title})
    task.save()
    bus.emit(incident, facts.TaskOpened(**told(task)), actor=actor)
    return task


@transaction.atomic
def change(*, incident_id: int, number: int, content: TaskContent, actor: Actor) -> Task:
    """Change what is given; a value that is already there is no change."""
    incident = lifecycle.locked(incident_id, merged_too=True)
    task = _task(incident, number)
    changed = _set(task, content.given())
    if changed:
        task.save()
        bus.emit(incident, facts.TaskChanged(**told(task), changes=changed), actor=actor)
    return task


@transaction.atomic
def set_state(*, incident_id: int, number: int, state: str, actor: Actor, reason: str = "") -> Task:
    """Begin, finish, drop or reopen the task; being there already is no change.

    Whoever begins a task that nobody has takes it. Dropping needs a reason.
    """
    if state not in TaskState.values:
        known = ", ".join(TaskState.values)
        raise Invalid(f"There is no state called {state!r}.", f"States: {known}.", field="state")
    incident = lifecycle.locked(incident_id, merged_too=True)
    task = _task(incident, number)
    if task.state == state:
        return task
    if task.has_ended and state != TaskState.OPEN:
        word = task.get_state_display().lower()
        raise Conflict(f"Task {number} is {word} already.", "Reopen it first.")
    fact = _enter(task, TaskState(state), actor, reason)
    task.save()
    bus.emit(incident, fact, actor=actor)
    return task


def _enter(task: Task, state: TaskState, actor: Actor, reason: str) -> facts.TaskFact:
    was, old = task.has_ended, task.get_state_display()
    task.state = state
    task.ended_at = clock.now() if task.has_ended else None
    if task.has_ended or was:
        task.remind_at = None if task.has_ended else _remind_at(task)
    if state == TaskState.DROPPED:
        needed = "A task is not dropped without a reason."
        task.reason = line(reason, name="reason", most=MAX_REASON, needed=needed)
        return facts.TaskDropped(**told(task), reason=task.reason)
    task.reason = ""
    if state == TaskState.DONE:
        return facts.TaskDone(**told(task))
    if was:
        return facts.TaskReopened(**told(task))
    changes = {"state": [old, task.get_state_display()]}
    if state == TaskState.DOING and task.assignee is None and actor.user_id is not None:
        changes |= _set(task, {"assignee": User.objects.get(pk=actor.user_id)})
    return facts.TaskChanged(**told(task), changes=changes)


@transaction.atomic
def move(*, incident_id: int, number: int, up: bool, actor: Actor) -> Task:
    """Change places with the unfinished task above or below; at the end of the list it stays."""
    incident = lifecycle.locked(incident_id, merged_too=True)
    task = _task(incident, number)
    others = Task.objects.filter(incident=incident, state__in=UNFINISHED)
    if up:
        other = others.filter(position__lt=task.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=task.position).order_by("position").first()
    if other is None or task.has_ended:
        return task
    task.position, other.position = other.position, task.position
    Task.objects.bulk_update([task, other], ["position"])
    where = f"{'above' if up else 'below'} task {other.number}"
    bus.emit(incident, facts.TaskChanged(**told(task), changes={"place": ["", where]}), actor=actor)
    return task


REMINDER: Final = Actor.system("engine")
BATCH: Final = 50


def remind() -> int:
    """Remind of what is due, once each; returns of how many. The engine calls it."""
    due = Task.objects.filter(remind_at__lte=clock.now()).order_by("remind_at")
    found = list(due.values_list("pk", "incident_id")[:BATCH])
    for pk, incident_id in found:
        _remind(pk, incident_id)
    return len(found)


@transaction.atomic
def _remind(pk: int, incident_id: int) -> None:
    incident = lifecycle.locked(incident_id, merged_too=True)
    due = Task.objects.filter(pk=pk, remind_at__lte=clock.now()).select_related("assignee")
    task = due.first()
    if task is None:
        return
    Task.objects.filter(pk=pk).update(remind_at=None)
    bus.emit(incident, facts.TaskDue(**told(task)), actor=REMINDER)


def told(task: Task) -> dict[str, Any]:
    """What each fact about a task tells of it."""
    return {
        "number": task.number,
        "title": task.title,
        "assignee": task.assignee.username if task.assignee else "",
        "assignee_name": str(task.assignee or ""),
        "due_at": task.due_at.isoformat() if task.due_at else "",
        "follow_up": task.follow_up,
        "said_seq": task.said_seq or 0,
    }


def _task(incident: Incident, number: int) -> Task:
    task = numbered(incident, number)
    task.incident = incident
    return task


def _set(task: Task, given: dict[str, Any]) -> dict[str, list[str]]:
    """Take over what is given; what that changed, in words."""
    changed: dict[str, list[str]] = {}
    for name, value in given.items():
        new = _checked(task, name, value)
        old = getattr(task, name)
        if old != new:
            setattr(task, name, new)
            changed[_NAMES.get(name, name)] = [_label(name, old), _label(name, new)]
    if {"due", "reminder"} & set(changed) and not task.has_ended:
        task.remind_at = _remind_at(task)
    return changed


def _checked(task: Task, name: str, value: Any) -> Any:
    if name == "title":
        text = "" if value is UNCHANGED else value
        return line(text, name="title", most=MAX_TITLE, needed="A task needs a title.")
    if name == "assignee" and value is not None and value != task.assignee:
        who = Principal(user=value)
        if not value.is_active or not access.may(who, "incident.respond", task.incident):
            hint = "Choose somebody who responds to this incident."
            raise Invalid(f"{value} may not do tasks here.", hint, field="assignee")
    if name == "due_at" and value is not None and not 2000 < value.year < 2100:
        raise Invalid("It is due in another century.", "Choose a time in this one.", field="due_at")
    if name == "remind_minutes" and not 0 <= value <= EARLIEST_REMINDER:
        hint = f"Give 0 to {EARLIEST_REMINDER} minutes."
        raise Invalid("That is too early for a reminder.", hint, field="remind_minutes")
    return value


def _remind_at(task: Task) -> datetime | None:
    """Before it is due; when that moment is gone, when it is due; never when that is gone too."""
    if task.due_at is None:
        return None
    before = task.due_at - timedelta(minutes=task.remind_minutes)
    return next((at for at in (before, task.due_at) if at > clock.now()), None)


def _label(name: str, value: Any) -> str:
    if name == "remind_minutes":
        return f"{value} minutes before" if value else "when it is due"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %H:%M} UTC"
    return str(value or "")
