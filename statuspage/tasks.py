"""The sweep: pages whose rendering was lost, or whose day is over, are rendered anew; copies that
are behind are written."""

from typing import Final

from celery import shared_task

from statuspage.services import refresh_stale
from statuspage.services.mirroring import write_due

EVERY: Final = 60
MIRRORS_EVERY: Final = 10


@shared_task(name="statuspage.refresh_stale")
def refresh_stale_pages() -> int:
    return refresh_stale()


@shared_task(name="statuspage.write_mirrors")
def write_mirrors() -> int:
    return write_due()
