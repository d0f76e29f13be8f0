"""The verbs of what is set up once: maintenance windows, inhibitions and grouping policies.

Each takes an unsaved or changed row, checks it, saves it and wakes the engine. Raises Invalid with
the name of the field that is at fault.
"""

from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Model

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid
from incidents.kernel.matchers import checked
from incidents.models import GroupingPolicy, Inhibition, MaintenanceWindow
from incidents.pipeline.noise import windows

_STEP: Final = 10
_MOST: Final = 32_767


@transaction.atomic
def plan(window: MaintenanceWindow) -> MaintenanceWindow:
    """Save a maintenance window."""
    check_window(window)
    window.save()
    bus.wake_engine()
    return window


def check_window(window: MaintenanceWindow) -> None:
    if not window.name.strip():
        raise Invalid("A maintenance window needs a name.", "Say what is done.", field="name")
    checked(window.matchers_read)
    if window.time_zone not in available_timezones():
        told = f"There is no time zone {window.time_zone!r}."
        raise Invalid(told, "Write for instance Europe/Berlin.", field="time_zone")
    window.recurrence = windows.checked_recurrence(window.recurrence)
    _check_fields(window)
    now = clock.now()
    if not (windows.open_at(window, now) or windows.next_after(window, now)):
        raise Invalid("It is never open from now on.", "Choose a later start.", field="starts_at")


@transaction.atomic
def cancel(window: MaintenanceWindow) -> MaintenanceWindow:
    """End a window now and for good. Raises Conflict when somebody did before."""
    if window.cancelled_at is not None:
        raise Conflict("This window is cancelled already.")
    window.cancelled_at = clock.now()
    window.save(update_fields=["cancelled_at"])
    bus.wake_engine()
    return window


@transaction.atomic
def inhibit(inhibition: Inhibition) -> Inhibition:
    """Save an inhibition."""
    check_inhibition(inhibition)
    inhibition.save()
    bus.wake_engine()
    return inhibition


def check_inhibition(inhibition: Inhibition) -> None:
    if not inhibition.name.strip():
        raise Invalid("An inhibition needs a name.", field="name")
    for side, matchers in (("source", inhibition.source_read), ("target", inhibition.target_read)):
        try:
            checked(matchers)
        except Invalid as error:
            raise Invalid(error.message, error.hint, field=side) from error
    inhibition.equal = _names(inhibition.equal)
    _check_fields(inhibition)


@transaction.atomic
def group(policy: GroupingPolicy) -> GroupingPolicy:
    """Save a grouping policy."""
    check_policy(policy)
    policy.save()
    bus.wake_engine()
    return policy


def check_policy(policy: GroupingPolicy) -> None:
    if not policy.name.strip():
        raise Invalid("A grouping policy needs a name.", field="name")
    if policy.matchers:
        checked(policy.matchers_read)
    policy.group_by = _names(policy.group_by)
    if policy.flap_changes == 1:
        told = "Every alert opens once: flapping begins at 2 openings."
        raise Invalid(told, "Choose 2 or more, or 0 for never.", field="flap_changes")
    _check_fields(policy)


@transaction.atomic
def shift(policy: GroupingPolicy, *, by: int) -> None:
    """Move a policy up (`by` negative) or down among the others; past an end it stays there."""
    order = list(GroupingPolicy.objects.select_for_update().order_by("position", "pk"))
    at = next(n for n, other in enumerate(order) if other.pk == policy.pk)
    moved = order.pop(at)
    order.insert(min(max(0, at + by), len(order)), moved)
    for number, other in enumerate(order, start=1):
        if other.position != number * _STEP:
            other.position = number * _STEP
            other.save(update_fields=["position"])
    bus.wake_engine()


def last_position() -> int:
    """Behind all policies there are."""
    last = GroupingPolicy.objects.aggregate(last=Max("position"))["last"] or 0
    return min(int(last) + _STEP, _MOST)


@transaction.atomic
def forget(row: Inhibition | GroupingPolicy) -> None:
    """Delete an inhibition or a policy."""
    row.delete()
    bus.wake_engine()


def _names(labels: list[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in labels if name.strip()))[:20]


def _check_fields(row: Model) -> None:
    try:
        row.clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=name) from error
