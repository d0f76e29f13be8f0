"""The sweep: pages whose rendering was lost, or whose day is over, are rendered anew."""

from typing import Final

from celery import shared_task

from statuspage.services import refresh_stale

EVERY: Final = 60


@shared_task(name="statuspage.refresh_stale")
def refresh_stale_pages() -> int:
    return refresh_stale()
