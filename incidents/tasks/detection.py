"""Polling the sources of detection rules."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from celery import shared_task
from django.db import connections

from incidents.models import DetectionRule
from incidents.sources.detection import evaluation, rules
from incidents.tasks import slots

EVERY: Final = 5
CONCURRENCY: Final = 10
# As many as ten threads get through within the task's time limit if every source hangs.
BATCH: Final = 50
SECONDS_FOR_MORE: Final = 20.0


@shared_task(name="detection.poll", soft_time_limit=70, time_limit=80)
def poll() -> None:
    """Judge every rule that is due, ten at a time; one source that hangs holds up one of ten."""
    if slots.take("detection.poll", EVERY):
        poll_due()


def poll_due() -> int:
    """Judge the rules that are due now; returns how many."""
    for rule in rules.disabled_but_firing():
        evaluation.stand_down(rule)
    total, until = 0, time.monotonic() + SECONDS_FOR_MORE
    with ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="rule") as pool:
        while due := rules.claim_due(BATCH):
            for future in [pool.submit(_judge, rule) for rule in due]:
                future.result()
            total += len(due)
            if len(due) < BATCH or time.monotonic() > until:
                break
    return total


def _judge(rule: DetectionRule) -> None:
    try:
        evaluation.run(rule)
    finally:
        rules.release(rule)
        connections.close_all()
