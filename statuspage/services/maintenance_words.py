"""What customers are told of planned work where nobody wrote something better.

In the language of the page; times are UTC, as everywhere on it.
"""

from datetime import UTC, datetime
from typing import Final

from django.utils import formats, translation
from django.utils.translation import gettext, gettext_noop

from statuspage.models import Maintenance, MaintenanceState
from statuspage.rendering import words

_OF_STATE: Final = {
    MaintenanceState.SCHEDULED: gettext_noop("This maintenance is planned."),
    MaintenanceState.IN_PROGRESS: gettext_noop("The work has begun."),
    MaintenanceState.VERIFYING: gettext_noop(
        "The work is done. We are checking that everything is well."
    ),
    MaintenanceState.COMPLETED: gettext_noop("The work is complete."),
    MaintenanceState.CANCELLED: gettext_noop("This maintenance will not take place."),
}


def announced(planned: Maintenance) -> str:
    names = [component.name for component in planned.components.all()]
    with translation.override(planned.page.language):
        if not names:
            return gettext("We are going to do some planned work.")
        return gettext("We are going to work on {what}.").replace("{what}", words.join(names))


def of_state(planned: Maintenance) -> str:
    with translation.override(planned.page.language):
        return gettext(_OF_STATE[MaintenanceState(planned.state)])


def moved(planned: Maintenance, starts_at: datetime, ends_at: datetime) -> str:
    with translation.override(planned.page.language):
        told = gettext("This maintenance has new dates: {new}. It was planned for {old}.")
        new = _span(planned.starts_at, planned.ends_at)
        return told.replace("{new}", new).replace("{old}", _span(starts_at, ends_at))


def reminder(planned: Maintenance, now: datetime) -> str:
    with translation.override(planned.page.language):
        told = gettext("This maintenance begins in {within}: {when}.")
        # Rounded up: what is due now is looked at a moment later.
        within = words.spell((planned.starts_at - now).total_seconds() + 59)
        when = _span(planned.starts_at, planned.ends_at)
        return told.replace("{within}", within).replace("{when}", when)


def _span(starts_at: datetime, ends_at: datetime) -> str:
    start, end = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    first = formats.date_format(start, "j M Y, H:i")
    last = formats.date_format(end, "H:i" if start.date() == end.date() else "j M Y, H:i")
    return f"{first} – {last} UTC"
