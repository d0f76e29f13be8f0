"""Tasks of the war room that outlive it: kept for afterwards, or unfinished when it is over."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, User
from incidents.pipeline import lifecycle
from postmortems.events import ActionItemCreated
from postmortems.models import ActionItem, ActionState
from postmortems.selectors.tasks import Present, goes_on_in, present
from postmortems.services.action_items import ActionChanges, change_action_item, told_day

TAKER: Final = Actor("system", "post-mortem", "Post-mortem")


@transaction.atomic
def take_over(*, incident_id: int, cause: Fact) -> list[ActionItem]:
    """Make action items of the tasks that are kept for afterwards and, when the incident is over,
    of all that are unfinished. Each becomes one once: asked again, nothing happens.

    An incident that was merged into another is over when that one is.
    """
    incident = lifecycle.locked(incident_id, merged_too=True)
    over = goes_on_in(incident).is_over
    known = set(_items(incident_id).values_list("task_number", flat=True))
    return [
        _take(incident, found, cause)
        for number, found in present(incident_id).items()
        if number not in known and found.is_unfinished and (found.task.follow_up or over)
    ]


def _items(incident_id: int) -> QuerySet[ActionItem]:
    return ActionItem.objects.filter(incident_id=incident_id, task_number__isnull=False)


def _take(incident: Incident, found: Present, cause: Fact) -> ActionItem:
    task = found.task
    owner = User.objects.filter(username=task.assignee, is_active=True).first()
    item = ActionItem.objects.create(
        incident=incident,
        title=task.title,
        owner=owner,
        due_on=task.due.date() if task.due else None,
        task_number=task.number,
        source_seq=task.said_seq or found.opened_seq,
        created_by=TAKER.name,
        created_at=clock.now(),
    )
    body = ActionItemCreated(
        item_id=item.pk,
        title=item.title,
        owner=str(owner or ""),
        due_on=told_day(item.due_on),
        task=task.number,
    )
    bus.emit(incident, body, actor=TAKER, cause=cause)
    return item


@transaction.atomic
def follow(*, incident_id: int, number: int) -> None:
    """End the action item whose task has ended, and open it again with its task."""
    lifecycle.locked(incident_id, merged_too=True)
    item = _items(incident_id).filter(task_number=number).first()
    found = present(incident_id).get(number)
    if item is None or found is None:
        return
    state = _state(found)
    if item.has_ended != (state in (ActionState.COMPLETED, ActionState.FAILED)):
        change_action_item(item_id=item.pk, changes=ActionChanges(state=state), actor=TAKER)


def _state(found: Present) -> ActionState:
    ends = {"task.done": ActionState.COMPLETED, "task.dropped": ActionState.FAILED}
    return ends.get(found.task.kind, ActionState.PENDING)
