"""What the documents for programs are made of: rows read once, ids, times, states."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final

from django.db.models import Prefetch, Q

from statuspage.models import (
    Component,
    ComponentEffect,
    ComponentGroup,
    ComponentState,
    Maintenance,
    MaintenanceState,
    PublicIncident,
    StatusPage,
)
from statuspage.rendering.pages import Document
from statuspage.rendering.view import PageView

MOST: Final = 50
# How long planned work that is over is still told of.
KEPT: Final = timedelta(days=90)
_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH: Final = 12
# Characters that XML cannot hold, however they are written.
_UNSPEAKABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Known:
    """`incidents` are the newest fifty and all that are open, `maintenances` those of the last
    ninety days and all to come; both newest first."""

    page: StatusPage
    now: datetime
    components: Sequence[Component]
    states: Mapping[int, ComponentState]
    groups: Sequence[ComponentGroup]
    incidents: Sequence[PublicIncident]
    maintenances: Sequence[Maintenance]

    def state_of(self, component: Component) -> ComponentState:
        """A component that the page does not show at the moment is one that works."""
        return self.states.get(component.pk, ComponentState.OPERATIONAL)

    @property
    def open_incidents(self) -> list[PublicIncident]:
        return [incident for incident in self.incidents if not incident.is_over]

    @property
    def upcoming(self) -> list[Maintenance]:
        return [m for m in self.maintenances if m.state == MaintenanceState.SCHEDULED]

    @property
    def under_way(self) -> list[Maintenance]:
        return [m for m in self.maintenances if m.is_under_way]


def read(view: PageView) -> Known:
    """Nine queries, whatever there is."""
    page = view.page
    return Known(
        page=page,
        now=view.now,
        components=list(page.components.select_related("group")),
        states={shown.row.pk: shown.state for shown in view.components},
        groups=list(page.groups.all()),
        incidents=_incidents(page),
        maintenances=_maintenances(page, view.now),
    )


def _incidents(page: StatusPage) -> list[PublicIncident]:
    """A private incident does not exist here."""
    rows = PublicIncident.objects.filter(page=page, incident__private=False).prefetch_related(
        "updates", Prefetch("effects", ComponentEffect.objects.select_related("component"))
    )
    newest = rows.order_by("-started_at", "-pk")[:MOST]
    still_open = rows.filter(resolved_at=None)
    found = {row.pk: row for row in chain(newest, still_open)}
    for row in found.values():
        row.page = page
    return sorted(found.values(), key=lambda row: (row.started_at, row.pk), reverse=True)


def _maintenances(page: StatusPage, now: datetime) -> list[Maintenance]:
    rows = Maintenance.objects.filter(page=page).filter(
        Q(ends_at__gte=now - KEPT) | Q(ended_at__gte=now - KEPT)
    )
    found = list(rows.prefetch_related("updates", "components").order_by("-starts_at", "-pk"))
    for row in found:
        row.page = page
    return found


def id_of(kind: str, key: object) -> str:
    """A name as Statuspage makes them, always the same for the same thing; it counts nothing."""
    number = int.from_bytes(hashlib.sha256(f"{kind}:{key}".encode()).digest()[:10], "big")
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def iso(when: datetime | None) -> str | None:
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def document(path: str, content_type: str, body: str | bytes) -> Document:
    content = body.encode() if isinstance(body, str) else body
    return Document(path, content_type, content, hashlib.sha256(content).hexdigest()[:16])


def last_touched(thing: PublicIncident | Maintenance) -> datetime:
    """When customers were last told something about it."""
    times = [getattr(u, "edited_at", None) or u.created_at for u in thing.updates.all()]
    if isinstance(thing, Maintenance):
        return max([thing.created_at, *times])
    return max([thing.started_at, *times])


def plain(text: str) -> str:
    """`text` without what XML cannot hold."""
    return _UNSPEAKABLE.sub("", text)
