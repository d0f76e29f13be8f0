"""One run a slot: a scheduler that runs twice starts nothing twice."""

from datetime import UTC, datetime

from incidents.kernel import clock
from incidents.models import JobRun


def take(job: str, seconds: int) -> bool:
    """Take the current slot, `seconds` long, for `job`; False when somebody has it already."""
    now = clock.now().timestamp()
    slot = datetime.fromtimestamp(now - now % seconds, tz=UTC)
    _, created = JobRun.objects.get_or_create(job=job, slot=slot)
    return created
