"""The answer at the head of the page: one state, one sentence, what to know first. In the active
language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, ngettext

from statuspage.models import ComponentState
from statuspage.rendering import words
from statuspage.rendering.view import ComponentView, IncidentView, MaintenanceView, PageView


@dataclass(frozen=True, slots=True)
class Headline:
    """`word` is the state in a word, empty where the title says it; `strong` begins the lede."""

    tone: str
    word: str
    title: str
    strong: str = ""
    lede: str = ""
    since: datetime | None = None


def headline(view: PageView) -> Headline:
    if len(view.active) > 1:
        return _several(view)
    if view.active:
        return _one(view, view.active[0])
    if view.state not in (ComponentState.OPERATIONAL, ComponentState.MAINTENANCE):
        return _unexplained(view)
    if view.works:
        return _works(view, view.works[0])
    if view.state == ComponentState.MAINTENANCE:
        return _unexplained(view)
    return _quiet(view)


def _quiet(view: PageView) -> Headline:
    total = len(view.components)
    if not total:
        nothing, later = gettext("Nothing is listed here yet"), gettext("Come back soon.")
        return Headline("info", "", nothing, lede=later)
    none = gettext("There are no open incidents.")
    if total == 1:
        title = gettext("%(name)s is operational") % {"name": view.components[0].name}
        return Headline("ok", "", title, lede=none)
    if len(view.shown) in range(1, 7):
        names = words.join([component.name for component in view.shown])
        lede = ngettext("%(names)s is working.", "%(names)s are working.", len(view.shown))
        lede %= {"names": names}
    else:
        lede = gettext("All %(total)d components are working.") % {"total": total}
    return Headline("ok", "", gettext("All systems operational"), lede=f"{lede} {none}")


def _one(view: PageView, incident: IncidentView) -> Headline:
    tone, word = _gravest(view, incident)
    strong = "" if word == incident.state_word else f"{incident.state_word}."
    return Headline(tone, word, incident.title, strong=strong, lede=incident.gist)


def _several(view: PageView) -> Headline:
    tone, word = _gravest(view, view.active[0])
    hit = [one for one in affected(view) if one.state != ComponentState.MAINTENANCE]
    names = _names(view, hit)
    lede = gettext("Affected: %(names)s.") % {"names": names} if names else ""
    count = len(view.active)
    title = ngettext("%(count)d incident is open", "%(count)d incidents are open", count)
    return Headline(tone, word, title % {"count": count}, lede=lede)


def _works(view: PageView, work: MaintenanceView) -> Headline:
    word = work.word
    count = len(view.works)
    if count == 1:
        return Headline(work.tone, word, work.title, strong=f"{work.state_word}.", lede=work.gist)
    title = ngettext("%(count)d maintenance is under way", "%(count)d maintenances are under way",
                     count)  # fmt: skip
    names = _names(view, affected(view))
    lede = gettext("Affected: %(names)s.") % {"names": names} if names else ""
    return Headline(work.tone, word, title % {"count": count}, lede=lede)


def _gravest(view: PageView, incident: IncidentView) -> tuple[str, str]:
    """The worst state of any component; where nothing is disturbed, what is said about the
    incident."""
    if view.state in (ComponentState.OPERATIONAL, ComponentState.MAINTENANCE):
        return "info", incident.state_word
    return words.TONES[view.state], words.label(view.state)


def _unexplained(view: PageView) -> Headline:
    """Set by hand, or following incidents of which nothing was told."""
    hit = [component for component in affected(view) if component.state == view.state]
    known = [component.since for component in hit if component.since]
    return Headline(
        words.TONES[view.state],
        words.label(view.state),
        words.sentence(_names(view, hit), view.state, many=len(hit)),
        lede=gettext("We know about it."),
        since=min(known, default=None),
    )


def _names(view: PageView, hit: Sequence[ComponentView]) -> str:
    return words.some([component.name for component in hit], len(view.shown))


def affected(view: PageView) -> Sequence[ComponentView]:
    """The components that do not work as they should, the worst first."""
    hit = [component for component in view.shown if not component.is_ok]
    return sorted(hit, key=lambda component: -component.state.rank)
