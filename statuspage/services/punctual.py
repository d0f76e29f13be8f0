"""What the engine does for the status page when its time has come.

Each thing due is done in a transaction of its own; one that fails is put off, so that it holds up
no other.
"""

import logging
from datetime import timedelta
from typing import Final

from incidents.engine.module import Module
from incidents.kernel import clock
from statuspage.models import Maintenance, MaintenanceState
from statuspage.services import maintenance, planning, series

log = logging.getLogger(__name__)
_BATCH: Final = 20
_PUT_OFF: Final = timedelta(minutes=5)


def keep_maintenance() -> int:
    """Reminders, starts and ends that are due, then what comes next of each series."""
    now = clock.now()
    rows = Maintenance.objects.filter(next_due_at__lte=now).order_by("next_due_at")
    due = list(rows.values_list("pk", flat=True)[:_BATCH])
    for pk in due:
        try:
            _look_at(pk)
        except Exception:
            log.exception("maintenance %s could not be looked after", pk)
            Maintenance.objects.filter(pk=pk).update(next_due_at=now + _PUT_OFF)
    return len(due) + series.make_due(now)


def _look_at(pk: int) -> None:
    planned, now = Maintenance.objects.get(pk=pk), clock.now()
    if planned.is_over:
        Maintenance.objects.filter(pk=pk).update(next_due_at=None)
    elif planned.is_under_way:
        _advance(pk, MaintenanceState.COMPLETED)
    elif planned.starts_itself and planned.starts_at <= now:
        _advance(pk, MaintenanceState.IN_PROGRESS)
    else:
        maintenance.remind(maintenance_id=pk, actor=series.ENGINE)


def _advance(pk: int, state: str) -> None:
    maintenance.advance(maintenance_id=pk, state=state, actor=series.ENGINE)


MODULES: Final = (
    Module("statuspage.maintenance", 7_461_041, keep_maintenance, every=2),
    Module("statuspage.planned", 7_461_042, planning.publish_due, every=2),
)
