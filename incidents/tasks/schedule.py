"""What beat starts, and how often. Admins see and change the rows in Django admin."""

from collections.abc import Mapping
from typing import Final

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from incidents.tasks import detection, rollups

# Task → seconds between runs. A run that waited longer than that is not worth starting any more.
_TASKS: Final = {
    detection.poll.name: detection.EVERY,
    detection.try_on_history.name: detection.EVERY,
    rollups.roll_up.name: rollups.EVERY,
}


def install_schedule(more: Mapping[str, int]) -> None:
    """Make sure each task has its row, those of the spokes (`more`) too; rows that exist stay as
    an admin left them."""
    for name, seconds in {**_TASKS, **more}.items():
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=seconds, period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.get_or_create(
            name=name,
            defaults={"task": name, "interval": interval, "expire_seconds": max(10, seconds)},
        )
