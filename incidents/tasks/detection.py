"""Polling the sources of detection rules."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from celery import shared_task
from django.db import connections

from incidents.models import DetectionRule
from incidents.sources.detection import evaluation, rules
from incidents.tasks import slots

EVERY: Final = 5
CONCURRENCY: Final = 10
BATCH: Final = 200


@shared_task(name="detection.poll", soft_time_limit=70, time_limit=80)
def poll() -> None:
    """Judge every rule that is due, ten at a time; one source that hangs holds up one of ten."""
    if slots.take("detection.poll", EVERY):
        poll_due()


def poll_due() -> int:
    """Judge the rules that are due now; returns how many."""
    due = rules.claim_due(BATCH)
    if not due:
        return 0
    with ThreadPoolExecutor(min(CONCURRENCY, len(due)), thread_name_prefix="rule") as pool:
        for future in [pool.submit(_judge, rule) for rule in due]:
            future.result()
    return len(due)


def _judge(rule: DetectionRule) -> None:
    try:
        evaluation.run(rule)
    finally:
        rules.release(rule)
        connections.close_all()
