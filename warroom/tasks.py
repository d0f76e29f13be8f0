"""What the worker does for rooms while nobody waits for it."""

from typing import Final

from celery import shared_task

from incidents.tasks import slots
from warroom.services import document_versions

KEEP_EVERY: Final = 30


@shared_task(name="warroom.keep_documents")
def keep_documents() -> int:
    """Keep versions of documents that rest, or that are written in for long."""
    taken = slots.take("warroom.keep_documents", KEEP_EVERY)
    return document_versions.keep_due() if taken else 0
