"""Planned work as a calendar (RFC 5545) that people subscribe to."""

from datetime import UTC
from typing import TYPE_CHECKING, Final

from statuspage.models import Maintenance, MaintenanceState
from statuspage.rendering.machine import objects
from statuspage.rendering.machine.objects import Known
from statuspage.rendering.pages import Document

if TYPE_CHECKING:
    from icalendar import Event

PATH: Final = "maintenance.ics"


def document(known: Known) -> Document:
    from icalendar import Calendar  # noqa: PLC0415  a fifth of a second; many processes need none

    calendar = Calendar()
    calendar.add("prodid", "-//Incidentsite//Status page//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", known.page.name)
    calendar.add("x-published-ttl", "PT1H")
    for row in known.maintenances:
        calendar.add_component(_event(row, known))
    return objects.document(PATH, "text/calendar; charset=utf-8", calendar.to_ical())


def _event(row: Maintenance, known: Known) -> "Event":
    """The same `uid` and a higher `sequence` move it in calendars that have it already."""
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{row.key}@{objects.id_of('page', known.page.pk)}.status")
    event.add("sequence", row.sequence)
    event.add("dtstamp", objects.last_touched(row).astimezone(UTC))
    event.add("dtstart", (row.started_at or row.starts_at).astimezone(UTC))
    event.add("dtend", (row.ended_at or row.ends_at).astimezone(UTC))
    event.add("summary", f"{known.page.name}: {row.title}")
    event.add("description", _description(row))
    event.add("url", f"{known.page.public_url}/{row.path}")
    cancelled = row.state == MaintenanceState.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    return event


def _description(row: Maintenance) -> str:
    names = ", ".join(component.name for component in row.components.all())
    news = list(row.updates.all())
    return "\n\n".join(part for part in (names, news[0].body if news else "") if part)
