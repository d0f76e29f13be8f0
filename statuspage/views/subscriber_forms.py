"""What people tick and type about subscriptions, read from a form."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext_noop

from incidents.kernel.errors import Invalid
from statuspage.models import Component, Language, Pace, StatusPage, Subscriber
from statuspage.services.subscribing import Wishes


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick."""

    component: Component
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The boxes of one group; without a name those of none."""

    name: str
    choices: Sequence[Choice]


def choices(page: StatusPage, chosen: set[int] | None = None) -> list[Shelf]:
    """All components in the order of the page; every box is ticked where `chosen` is None."""
    rows = page.components.select_related("group").order_by(
        "group__position", "group__name", "position", "name"
    )
    shelves: dict[str, list[Choice]] = {}
    for row in rows:
        name = row.group.name if row.group else ""
        is_chosen = chosen is None or row.pk in chosen
        shelves.setdefault(name, []).append(Choice(row, is_chosen))
    return [Shelf(name, found) for name, found in shelves.items()]


def wishes_of(page: StatusPage, given: QueryDict) -> Wishes:
    """Raises Invalid. A form without boxes (and without `choosing`) means everything; so does one
    in which all are ticked: what is added to the page later is wanted too."""
    language = given.get("language", "")
    language = language if language in Language.values else page.language
    if not given.get("choosing"):
        return Wishes(language=language)
    named = {int(text) for text in given.getlist("component") if text.isdecimal()}
    every = set(page.components.values_list("pk", flat=True))
    if every and not named & every:
        raise Invalid(gettext_noop("Choose at least one component."), field="components")
    wants = set(given.getlist("wants"))
    return Wishes(
        components=() if named >= every else sorted(named & every),
        incidents="incidents" in wants,
        maintenance="maintenance" in wants,
        pace=given.get("pace", Pace.AT_ONCE),
        language=language,
    )


def chosen_by(subscriber: Subscriber) -> set[int] | None:
    """None for all of the page."""
    return set(subscriber.components.values_list("pk", flat=True)) or None
