"""A piece of planned work as people describe it, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from incidents.kernel.errors import Invalid
from statuspage.models import Component, StatusPage

MAX_TITLE: Final = 150
MAX_BODY: Final = 10_000
LONGEST: Final = timedelta(days=30)
LONGEST_SILENCE: Final = timedelta(days=7)
MOST_REMINDERS: Final = 5
EARLIEST_REMINDER: Final = 30 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`components` are ids, `reminders` minutes before the start. With `silences`, alerts of the
    components' services open no incident meanwhile."""

    title: str
    starts_at: datetime
    ends_at: datetime
    body: str = ""
    components: Sequence[int] = ()
    reminders: Sequence[int] = ()
    starts_itself: bool = True
    ends_itself: bool = True
    silences: bool = True
    notifies: bool = True


def checked(work: Work, page: StatusPage, *, now: datetime) -> list[Component]:
    """The components it is about. Raises Invalid with the name of the field at fault."""
    if not work.title.strip():
        raise Invalid("Say what is done.", "Customers read it.", field="title")
    if len(work.title.strip()) > MAX_TITLE:
        raise Invalid("The title is too long.", f"Keep to {MAX_TITLE} characters.", field="title")
    check_body(work.body)
    _check_times(work, now)
    _check_reminders(work.reminders)
    found = list(page.components.filter(pk__in=list(work.components)).select_related("service"))
    if missing := set(work.components) - {component.pk for component in found}:
        raise Invalid(
            f"{page.name} has no component {missing.pop()}.",
            "Reload the page: somebody may have removed it.",
            field="components",
        )
    return found


def check_body(body: str) -> None:
    if len(body) > MAX_BODY:
        raise Invalid("The text is too long.", f"Keep to {MAX_BODY} characters.", field="body")


def _check_times(work: Work, now: datetime) -> None:
    if work.ends_at <= work.starts_at:
        raise Invalid("It ends before it starts.", "Choose a later end.", field="ends_at")
    if work.ends_at <= now:
        raise Invalid("Its end is in the past.", "Choose a later end.", field="ends_at")
    if work.ends_at - work.starts_at > LONGEST:
        raise Invalid("It lasts 30 days at most.", "Choose an earlier end.", field="ends_at")
    if work.silences and work.ends_at - work.starts_at > LONGEST_SILENCE:
        hint = "Choose an earlier end, or let alerts be heard."
        raise Invalid("Alerts are silenced for 7 days at most.", hint, field="ends_at")
    if not 2000 < work.starts_at.year < 2100:
        raise Invalid("Choose a time in this century.", field="starts_at")


def _check_reminders(reminders: Sequence[int]) -> None:
    if len(set(reminders)) > MOST_REMINDERS:
        told = f"There are {MOST_REMINDERS} reminders at most."
        raise Invalid(told, "Leave some out.", field="reminders")
    if any(not 1 <= minutes <= EARLIEST_REMINDER for minutes in reminders):
        told = "A reminder is a minute to 30 days before the start."
        raise Invalid(told, "Choose another time.", field="reminders")
