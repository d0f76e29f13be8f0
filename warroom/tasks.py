"""What the worker does for rooms: what nobody waits for, and what takes seconds."""

from typing import Any, Final

from celery import shared_task

from incidents.kernel.actor import Actor
from incidents.kernel.outbound import OutboundError
from incidents.tasks import slots
from warroom.services import bridge, document_versions, files

KEEP_EVERY: Final = 30
SWEEP_EVERY: Final = 3600


@shared_task(name="warroom.keep_documents")
def keep_documents() -> int:
    """Keep versions of documents that rest, or that are written in for long."""
    taken = slots.take("warroom.keep_documents", KEEP_EVERY)
    return document_versions.keep_due() if taken else 0


@shared_task(name="warroom.open_bridge", soft_time_limit=40, time_limit=45)
def open_bridge(incident_id: int, asked_by: dict[str, Any] | None = None) -> None:
    actor = Actor(**asked_by) if asked_by else None
    bridge.open_by_itself(incident_id, asked_by=actor)


@shared_task(
    name="warroom.end_bridge",
    autoretry_for=(OutboundError,),
    retry_backoff=True,
    max_retries=3,
    soft_time_limit=40,
    time_limit=45,
)
def end_bridge(bridge_id: int) -> None:
    bridge.end_call(bridge_id)


@shared_task(name="warroom.sweep_files")
def sweep_files() -> int:
    """Delete contents that no attachment refers to; returns how many."""
    return files.sweep() if slots.take("warroom.sweep_files", SWEEP_EVERY) else 0
