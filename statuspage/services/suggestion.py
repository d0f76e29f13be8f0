"""A first draft for the person who writes to customers.

It is made of what the public already knows: names of components, and how bad it is. Titles,
summaries and alerts are internal and never go in. Where a text of one's own fits, it is that; a
post-mortem that was published inside is the draft for the one that customers read.
"""

from dataclasses import dataclass, field
from datetime import UTC
from typing import Final

from incidents.models import Fact, Incident
from statuspage.models import (
    OVER,
    Component,
    ComponentState,
    PublicIncident,
    PublicState,
    StatusPage,
    UpdateTemplate,
)
from statuspage.rendering.words import join, spell
from statuspage.services import templates

# By the rank of the severity: what it does to the component, and how its title begins.
_BY_RANK: Final = (
    (ComponentState.MAJOR_OUTAGE, "{} is not available"),
    (ComponentState.PARTIAL_OUTAGE, "Problems with {}"),
    (ComponentState.DEGRADED, "Problems with {}"),
    (ComponentState.DEGRADED, "Minor problems with {}"),
)
_TEXTS: Final = {
    PublicState.INVESTIGATING: (
        "We see problems with {what} and are looking for the cause. "
        "We will update this page within {within}."
    ),
    PublicState.IDENTIFIED: (
        "We have found the cause of the problems with {what} and are working on a fix. "
        "We will update this page within {within}."
    ),
    PublicState.MONITORING: (
        "A fix for {what} is in place. We are watching whether it holds, "
        "and will update this page within {within}."
    ),
    PublicState.RESOLVED: "The problems with {what} are over. We are sorry for the disruption.",
    PublicState.POSTMORTEM: "What happened to {what}, why, and what we do about it:",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form begins with. `effects` maps component ids to states."""

    state: str
    title: str
    body: str
    effects: dict[int, str] = field(default_factory=dict)


def suggest(
    incident: Incident,
    page: StatusPage,
    *,
    state: str = "",
    template: UpdateTemplate | None = None,
) -> Draft:
    """A draft for the next update about `incident` on `page`, for `state` or the one it is in, by
    `template` or the one that fits best."""
    public = PublicIncident.objects.filter(page=page, incident=incident).first()
    state = state or (template.state if template else "") or _next_state(incident, public)
    if public is None:
        touched = _of_service(incident, page)
        effects = {row.pk: str(_by_rank(incident)[0]) for row in touched}
        title = neutral_title(incident, page)
    else:
        held = public.effects.filter(until=None).select_related("component")
        touched = [effect.component for effect in held]
        effects = {effect.component_id: effect.state for effect in held}
        title = public.title
    if state in OVER:
        effects = {}
    found = template or next(iter(templates.fitting(incident, page, state)), None)
    known = _known(incident, page, public, touched)
    if found is not None and found.title and public is None:
        title = templates.filled(found.title, known)[:150]
    return Draft(state, title, _body(state, incident, found, known), effects)


def _known(
    incident: Incident, page: StatusPage, public: PublicIncident | None, touched: list[Component]
) -> dict[str, str]:
    """What the marks of a template stand for."""
    began = public.started_at if public else incident.began_at
    return {
        "components": join([component.name for component in touched]) or "our service",
        "within": spell(incident.severity.update_minutes * 60),
        "page": page.name,
        "started": f"{began.astimezone(UTC):%H:%M} UTC",
    }


def _body(
    state: str, incident: Incident, template: UpdateTemplate | None, known: dict[str, str]
) -> str:
    if template is not None:
        return templates.filled(template.body, known)
    written = _written_down(incident) if state == PublicState.POSTMORTEM else ""
    text = _TEXTS[PublicState(state)].format(what=known["components"], within=known["within"])
    return f"{text}\n\n{written}" if written else text


def _written_down(incident: Incident) -> str:
    """What the post-mortem says that was published inside last."""
    facts = Fact.objects.filter(incident=incident, kind="postmortem.published").order_by("-seq")
    data = facts.values_list("data", flat=True).first() or {}
    return str(data.get("told", ""))


def _next_state(incident: Incident, public: PublicIncident | None) -> str:
    """Where responders are, but no step back from what customers read; unless it broke again."""
    now = PublicState(incident.public_state)
    if public is not None and incident.is_merged:
        return public.state
    if public is None or public.is_over:
        return now
    return max(now, PublicState(public.state), key=list(PublicState).index)


def neutral_title(incident: Incident, page: StatusPage) -> str:
    names = [component.name for component in _of_service(incident, page)]
    if not names:
        return "Service disruption"
    return _by_rank(incident)[1].format(join(names))


def _by_rank(incident: Incident) -> tuple[ComponentState, str]:
    return _BY_RANK[min(incident.severity.rank, len(_BY_RANK) - 1)]


def _of_service(incident: Incident, page: StatusPage) -> list[Component]:
    """The components that stand for the incident's service."""
    if incident.service_id is None:
        return []
    return list(page.components.filter(service_id=incident.service_id))
