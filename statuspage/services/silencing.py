"""While announced work goes on, alerts of the services it is about make no incident.

A maintenance window of the hub sees to that: it follows the work's own dates, and ends with it.
"""

from datetime import datetime
from math import ceil
from typing import Final

from incidents.kernel.errors import Conflict, Invalid
from incidents.kernel.matchers import Matcher
from incidents.models import MaintenanceWindow
from incidents.pipeline.noise import settings
from statuspage.models import Maintenance

_NAME: Final = 120


def keep_window(planned: Maintenance, *, now: datetime) -> None:
    """Bring the window into line with the work: made, moved, or ended. Saves `planned.window`."""
    matcher = _matcher(planned)
    if matcher is None or planned.is_over or planned.ends_at <= now:
        _end(planned)
        return
    window = planned.window
    if window is None or window.cancelled_at is not None:
        window = MaintenanceWindow(created_by_id=planned.author_id)
    starts_at = planned.started_at or planned.starts_at
    window.name = planned.title[:_NAME]
    window.matchers = [matcher.as_data()]
    window.starts_at = starts_at
    window.minutes = max(1, ceil((planned.ends_at - starts_at).total_seconds() / 60))
    window.comment = f"Announced on {planned.page.name}: {planned.page.public_url}/{planned.path}"
    try:
        planned.window = settings.plan(window)
    except Invalid as error:
        told = "Alerts of these services cannot be silenced together."
        raise Invalid(told, f"{error} Choose fewer components.", field="silences") from error
    planned.save(update_fields=["window"])


def _matcher(planned: Maintenance) -> Matcher | None:
    """What the alerts of its services have in common; None where nothing is to be silenced."""
    if not planned.silences:
        return None
    rows = planned.components.filter(service__isnull=False).order_by("service__slug")
    slugs = list(rows.values_list("service__slug", flat=True).distinct())
    if not slugs:
        return None
    if len(slugs) == 1:
        return Matcher("service", "=", slugs[0])
    return Matcher("service", "=~", "|".join(slugs))


def _end(planned: Maintenance) -> None:
    window = planned.window
    if window is None or window.cancelled_at is not None:
        return
    try:
        settings.cancel(window)
    except Conflict:
        return  # somebody ended it by hand
