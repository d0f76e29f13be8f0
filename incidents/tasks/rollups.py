"""Keeping the rollups of metrics up to date."""

from typing import Final

from celery import shared_task

from incidents.reactions.metrics import rollup
from incidents.tasks import slots

EVERY: Final = 15


@shared_task(name="metrics.roll_up")
def roll_up() -> None:
    if slots.take("metrics.roll_up", EVERY):
        rollup.fill_touched()
