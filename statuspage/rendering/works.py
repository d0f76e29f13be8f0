"""What the public may read about planned work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from incidents.kernel import clock
from statuspage.models import Maintenance, MaintenanceState, MaintenanceUpdate, StatusPage
from statuspage.rendering import words

_TONES: Final = {MaintenanceState.COMPLETED: "ok", MaintenanceState.CANCELLED: "none"}


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    row: Maintenance
    path: str
    updates: Sequence[MaintenanceUpdate]
    names: Sequence[str]

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def state(self) -> MaintenanceState:
        return MaintenanceState(self.row.state)

    @property
    def state_word(self) -> str:
        return words.label(self.state)

    @property
    def tone(self) -> str:
        return "maintenance"

    @property
    def state_tone(self) -> str:
        """Of the state's own word and sign: green once it is done."""
        return _TONES.get(self.state, "maintenance")

    @property
    def word(self) -> str:
        return gettext("Maintenance")

    @property
    def is_over(self) -> bool:
        return self.row.is_over

    @property
    def is_under_way(self) -> bool:
        return self.row.is_under_way

    @property
    def began(self) -> datetime:
        """When it really began, or is to."""
        return self.row.started_at or self.row.starts_at

    @property
    def ended(self) -> datetime | None:
        """When it really ended; None while it goes on or lies ahead."""
        if not self.is_over:
            return None
        return max(self.began, self.row.ended_at or self.row.ends_at)

    @property
    def when(self) -> str:
        """As it is planned."""
        return words.stretch(self.row.starts_at, self.row.ends_at)

    @property
    def planned_length(self) -> str:
        return words.spell((self.row.ends_at - self.row.starts_at).total_seconds())

    @property
    def length(self) -> str:
        return words.spell(((self.ended or clock.now()) - self.began).total_seconds())

    @property
    def newest(self) -> MaintenanceUpdate | None:
        return next(iter(self.updates), None)

    @property
    def gist(self) -> str:
        return words.gist(self.newest.body) if self.newest else ""


def maintenances(page: StatusPage) -> QuerySet[Maintenance]:
    rows = Maintenance.objects.filter(page=page).select_related("page")
    return rows.prefetch_related("updates", "components")


def maintenance_view(row: Maintenance) -> MaintenanceView:
    components = sorted(row.components.all(), key=lambda component: component.position)
    return MaintenanceView(
        row=row,
        path=row.path,
        updates=list(row.updates.all()),
        names=[component.name for component in components],
    )
