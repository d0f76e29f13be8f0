"""Promises to do better: written down, changed, ended."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import User
from incidents.pipeline import lifecycle
from postmortems.events import ActionItemChanged, ActionItemCreated
from postmortems.models import ActionItem, ActionKind, ActionState, Priority
from postmortems.models.action_item import MAX_TITLE

UNCHANGED: Final[Any] = object()
_NAMES: Final = {"due_on": "due date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionChanges:
    """What to set; what is UNCHANGED stays. None removes the owner or the due date."""

    title: str = UNCHANGED
    kind: str = UNCHANGED
    owner: User | None = UNCHANGED
    due_on: date | None = UNCHANGED
    priority: str = UNCHANGED
    state: str = UNCHANGED

    def given(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in values.items() if value is not UNCHANGED}
        if "title" in given:
            given["title"] = " ".join(given["title"].split())
        return given


@transaction.atomic
def add_action_item(*, incident_id: int, content: ActionChanges, actor: Actor) -> ActionItem:
    """Write down what is to be done about the incident. Only the title must be given."""
    incident = lifecycle.locked(incident_id, merged_too=True)
    item = ActionItem(incident=incident, created_by=actor.name, created_at=clock.now())
    for name, value in content.given().items():
        setattr(item, name, value)
    _check(item, {"owner", "title"})
    item.ended_at = item.created_at if item.has_ended else None
    item.save()
    body = ActionItemCreated(
        item_id=item.pk,
        title=item.title,
        owner=str(item.owner or ""),
        due_on=told_day(item.due_on),
    )
    bus.emit(incident, body, actor=actor)
    return item


@transaction.atomic
def change_action_item(*, item_id: int, changes: ActionChanges, actor: Actor) -> ActionItem:
    """Change what is given; a value that is already there is no change."""
    incident_id = ActionItem.objects.filter(pk=item_id).values_list("incident_id", flat=True)
    if not incident_id:
        raise NotFound("There is no such action item.")
    incident = lifecycle.locked(incident_id[0], merged_too=True)
    item = ActionItem.objects.select_related("owner").get(pk=item_id)
    told: dict[str, list[str]] = {}
    for name, value in changes.given().items():
        old = getattr(item, name)
        if old != value:
            setattr(item, name, value)
            told[_NAMES.get(name, name)] = [_label(name, old), _label(name, value)]
    _check(item, set(changes.given()) & set(told))
    if told:
        item.ended_at = (item.ended_at or clock.now()) if item.has_ended else None
        item.save()
        body = ActionItemChanged(item_id=item.pk, title=item.title, changes=told)
        bus.emit(incident, body, actor=actor)
    return item


def _check(item: ActionItem, changed: set[str]) -> None:
    if not item.title:
        raise Invalid("An action item needs a title.", "Say what is to be done.", field="title")
    if len(item.title) > MAX_TITLE or "\0" in item.title:
        raise Invalid(f"A title has at most {MAX_TITLE} characters.", "Shorten it.", field="title")
    for name, choices in (
        ("kind", ActionKind.values),
        ("priority", Priority.values),
        ("state", ActionState.values),
    ):
        if getattr(item, name) not in choices:
            known = ", ".join(choices)
            raise Invalid(f"There is no such {name}.", f"Use one of: {known}.", field=name)
    if "owner" in changed and item.owner is not None and not item.owner.is_active:
        raise Invalid(f"{item.owner} is no longer active.", "Choose somebody else.", field="owner")


def _label(name: str, value: Any) -> str:
    if value is None:
        return ""
    choices = {"kind": ActionKind, "state": ActionState, "priority": Priority}.get(name)
    if choices is not None and value in choices.values:
        return str(choices(value).label)
    return told_day(value) if isinstance(value, date) else str(value)


def told_day(day: date | None) -> str:
    """A day in words, as facts have it: 3 Nov 2026."""
    return f"{day.day} {day:%b %Y}" if day else ""
