"""What the public may read about incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from incidents.kernel import clock
from incidents.models import Incident
from statuspage.models import (
    Component,
    ComponentEffect,
    ComponentState,
    PublicIncident,
    PublicState,
    PublicUpdate,
    StatusPage,
    worst,
)
from statuspage.rendering import words


@dataclass(frozen=True, slots=True)
class Inside:
    """What readers who are signed in see of an incident beside the words for customers."""

    reference: str
    url: str
    severity: str
    service: str
    lead: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """`effects` are those in force; for an incident that is over, the worst that each ever was.
    `inside` is there on internal pages that show it."""

    row: PublicIncident
    path: str
    updates: Sequence[PublicUpdate]
    effects: Sequence[tuple[Component, ComponentState]]
    peak: ComponentState
    inside: Inside | None = None

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def is_over(self) -> bool:
        return self.row.is_over

    @property
    def began(self) -> datetime:
        return self.row.started_at

    @property
    def ended(self) -> datetime | None:
        return self.row.resolved_at

    @property
    def state(self) -> PublicState:
        """How far it has come; with a post-mortem it stays resolved."""
        return PublicState.RESOLVED if self.is_over else PublicState(self.row.state)

    @property
    def state_word(self) -> str:
        return words.label(self.state)

    @property
    def tone(self) -> str:
        """The colour of the worst it does, or did; information where it affects no component."""
        if not self.is_over and not self.effects:
            return "info"
        state = self._gravest
        return "info" if state == ComponentState.OPERATIONAL else words.TONES[state]

    @property
    def word(self) -> str:
        if self.tone == "info":
            return gettext("Notice") if self.is_over else self.state_word
        return words.label(self._gravest)

    @property
    def _gravest(self) -> ComponentState:
        return self.peak if self.is_over else worst(state for _, state in self.effects)

    @property
    def names(self) -> list[str]:
        return [component.name for component, _ in self.effects]

    @property
    def length(self) -> str:
        until = self.row.resolved_at or clock.now()
        return words.spell((until - self.row.started_at).total_seconds())

    @property
    def said(self) -> list[PublicUpdate]:
        """What was told while it went on, newest first: all but the post-mortem."""
        return [update for update in self.updates if update.state != PublicState.POSTMORTEM]

    @property
    def postmortem(self) -> PublicUpdate | None:
        told = (update for update in self.updates if update.state == PublicState.POSTMORTEM)
        return next(told, None)

    @property
    def newest(self) -> PublicUpdate | None:
        return next(iter(self.said), None)

    @property
    def gist(self) -> str:
        return words.gist(self.newest.body) if self.newest else ""


def incidents(page: StatusPage) -> QuerySet[PublicIncident]:
    """What the public may read about incidents on this page, newest first."""
    rows = (
        PublicIncident.objects.filter(page=page, incident__private=False)
        .select_related("page")
        .prefetch_related(
            "updates",
            Prefetch("effects", ComponentEffect.objects.select_related("component")),
        )
    )
    if not page.tells_inside:
        return rows
    return rows.select_related("incident__severity", "incident__service").prefetch_related(
        "incident__role_assignments__user"
    )


def incident_view(row: PublicIncident) -> IncidentView:
    effects = list(row.effects.all())
    shown = effects if row.is_over else [effect for effect in effects if effect.until is None]
    by_component: dict[Component, ComponentState] = {}
    for effect in shown:
        states = [effect.state, by_component.get(effect.component, effect.state)]
        by_component[effect.component] = worst(states)
    ordered = sorted(by_component.items(), key=lambda p: (-p[1].rank, p[0].position))
    return IncidentView(
        row=row,
        path=row.path,
        updates=list(row.updates.all()),
        effects=ordered,
        peak=worst(effect.state for effect in effects),
        inside=_inside(row.incident) if row.page.tells_inside else None,
    )


def _inside(incident: Incident) -> Inside:
    return Inside(
        reference=incident.reference,
        url=settings.SITE_URL.rstrip("/") + incident.get_absolute_url(),
        severity=str(incident.severity),
        service=incident.service.name if incident.service else "",
        lead=str(incident.commander or ""),
    )


def gravest_first(view: IncidentView) -> tuple[int, float]:
    peak = worst(state for _, state in view.effects)
    return -peak.rank, -view.row.started_at.timestamp()
