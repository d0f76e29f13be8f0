"""The answer at the head of the page: one state, one sentence, what to know first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.models import ComponentState, PublicState
from statuspage.rendering import words
from statuspage.rendering.view import ComponentView, IncidentView, PageView


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
    if view.state != ComponentState.OPERATIONAL:
        return _by_hand(view)
    return _quiet(view)


def _quiet(view: PageView) -> Headline:
    total = len(view.components)
    if not total:
        return Headline("info", "", "Nothing is listed here yet", lede="Come back soon.")
    if total == 1:
        title = f"{view.components[0].name} is operational"
        return Headline("ok", "", title, lede="There are no open incidents.")
    names = words.some([component.name for component in view.components], total, most=6)
    who = names if total <= 6 else f"All {total} components"
    lede = f"{who} are working. There are no open incidents."
    return Headline("ok", "", "All systems operational", lede=lede)


def _one(view: PageView, incident: IncidentView) -> Headline:
    tone, word = _gravest(view, incident)
    return Headline(
        tone,
        word,
        incident.row.title,
        strong="" if word == _label(incident) else f"{_label(incident)}.",
        lede=incident.gist,
    )


def _several(view: PageView) -> Headline:
    tone, word = _gravest(view, view.active[0])
    hit = affected(view)
    lede = f"Affected: {words.some([c.name for c in hit], len(view.components))}." if hit else ""
    return Headline(tone, word, f"{len(view.active)} incidents are open", lede=lede)


def _gravest(view: PageView, incident: IncidentView) -> tuple[str, str]:
    """The worst state of any component; where all work, what is said about the incident."""
    if view.state == ComponentState.OPERATIONAL:
        return "info", _label(incident)
    return words.TONES[view.state], view.state.label


def _label(incident: IncidentView) -> str:
    return str(PublicState(incident.row.state).label)


def _by_hand(view: PageView) -> Headline:
    hit = [component for component in affected(view) if component.state == view.state]
    names = words.some([component.name for component in hit], len(view.components))
    title = f"{names} {words.predicate(view.state, many=len(hit) > 1)}"
    known = [component.since for component in hit if component.since]
    return Headline(
        words.TONES[view.state],
        view.state.label,
        title,
        lede="We know about it.",
        since=min(known, default=None),
    )


def affected(view: PageView) -> Sequence[ComponentView]:
    """The components that do not work as they should, the worst first."""
    hit = [c for c in view.components if c.state != ComponentState.OPERATIONAL]
    return sorted(hit, key=lambda component: -component.state.rank)
