"""Availability by month, as a table for spreadsheets: how it was counted stands beside each figure.

The method is the one printed on the page: each moment counts by the worst state that anything put
the component in, with the weights of the page.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Final

from django.db.models import Q

from incidents.kernel import clock
from statuspage.models import Component, ComponentState, StatusPage
from statuspage.rendering import days, windows
from statuspage.rendering.days import Weights
from statuspage.rendering.pages import Document
from statuspage.rendering.works import MaintenanceView, maintenance_view, maintenances

PATH: Final = "uptime.csv"
TYPE: Final = "text/csv; charset=utf-8"
MOST_MONTHS: Final = 36
_STATES: Final = (
    *(ComponentState.MAJOR_OUTAGE, ComponentState.PARTIAL_OUTAGE, ComponentState.DEGRADED),
    ComponentState.MAINTENANCE,
)
HEAD: Final = (
    *("month", "component", "slug", "availability_percent", "known_seconds"),
    *(f"{state.value}_seconds" for state in _STATES),
    *("partial_outage_weight_percent", "degraded_weight_percent", "maintenance"),
)


def monthly(page: StatusPage) -> list[Document]:
    """Nothing where the page does not tell how available it was."""
    if not page.shows_uptime:
        return []
    body = table(page).encode()
    return [Document.of(PATH, TYPE, body)]


def table(page: StatusPage) -> str:
    """The newest month first; components in the order of the page."""
    now = clock.now()
    horizon = days.midnight(_back(now.astimezone(UTC).date(), MOST_MONTHS - 1))
    planned = _by_component(page, horizon)
    rows = windows.components(page, horizon).filter(shows_uptime=True)
    listed = [(row, windows.windows(row, planned)) for row in rows]
    written = StringIO(newline="")
    sheet = csv.writer(written)
    sheet.writerow(HEAD)
    month = now.astimezone(UTC).date().replace(day=1)
    while days.midnight(month) >= horizon:
        for row, found in listed:
            sheet.writerows(_line(page, row, found, month, now))
        month = _back(month, 1)
    return written.getvalue()


def _by_component(page: StatusPage, horizon: datetime) -> dict[int, list[MaintenanceView]]:
    found: dict[int, list[MaintenanceView]] = {}
    lasts = Q(ended_at=None) | Q(ended_at__gte=horizon)
    for row in maintenances(page).filter(lasts, started_at__isnull=False):
        for component in row.components.all():
            found.setdefault(component.pk, []).append(maintenance_view(row))
    return found


def _line(
    page: StatusPage, row: Component, found: list[days.Window], month: date, now: datetime
) -> Iterator[list[str]]:
    start = max(days.midnight(month), windows.known_from(row, found))
    end = min(days.midnight(_on(month)), now)
    if start >= end:
        return
    weights = Weights.of(page)
    told = days.seconds_in(days.spans(found, start, end), start, end)
    figure = days.figure(told, (end - start).total_seconds(), weights)
    yield [
        f"{month:%Y-%m}",
        _plain(row.name),
        row.slug,
        "" if figure is None else f"{figure:.2f}",
        str(round((end - start).total_seconds())),
        *(str(round(told.get(state, 0.0))) for state in _STATES),
        str(page.partial_weight),
        str(page.degraded_weight),
        "counted as lost" if page.maintenance_counts else "left out",
    ]


def _plain(text: str) -> str:
    """No spreadsheet takes it for a formula, no browser for markup, and no door for a mark."""
    text = text.replace("<", "‹").replace(">", "›")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _on(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _back(month: date, count: int) -> date:
    for _ in range(count):
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=1)
    return month.replace(day=1)
