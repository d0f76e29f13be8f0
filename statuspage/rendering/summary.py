"""The page as JSON in the product's own shape."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from statuspage.models import MaintenanceUpdate, PublicUpdate
from statuspage.rendering import stamps
from statuspage.rendering.headline import headline
from statuspage.rendering.told import IncidentView
from statuspage.rendering.view import ComponentView, PageView
from statuspage.rendering.works import MaintenanceView


def summary(view: PageView) -> str:
    found = {
        "page": {
            "slug": view.page.slug,
            "name": view.page.name,
            "url": view.page.public_url,
        },
        "status": {"state": view.state, "description": headline(view).title},
        "components": [_component(component) for component in view.shown],
        "incidents": [as_json(incident) for incident in view.active],
        "maintenances": [_maintenance(work) for work in [*view.works, *view.upcoming]],
        "recent": [as_json(incident) for incident in view.recent],
    }
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    freshness = f'"as_of":"{stamps.AS_OF}","stale":{stamps.STALE_FLAG}'
    return "{" + freshness + "," + text[1:]


def _component(component: ComponentView) -> dict[str, Any]:
    row = component.row
    return {
        "slug": row.slug,
        "name": row.name,
        "description": row.description,
        "group": row.group.name if row.group else None,
        "state": component.state,
        "since": _iso(component.since),
    }


def as_json(incident: IncidentView) -> dict[str, Any]:
    row = incident.row
    return {
        "id": row.key,
        "title": row.title,
        "state": row.state,
        "url": f"{row.page.public_url}/{row.path}",
        "started_at": _iso(row.started_at),
        "resolved_at": _iso(row.resolved_at),
        "next_update_at": _iso(row.next_update_at),
        "components": [{"slug": c.slug, "name": c.name, "state": s} for c, s in incident.effects],
        "updates": [_update(update) for update in incident.updates],
    }


def _update(update: PublicUpdate) -> dict[str, Any]:
    return {
        "state": update.state,
        "body": update.body,
        "happened_at": _iso(update.displayed_at),
        "created_at": _iso(update.created_at),
        "edited_at": _iso(update.edited_at),
    }


def _maintenance(work: MaintenanceView) -> dict[str, Any]:
    row = work.row
    components = sorted(row.components.all(), key=lambda component: component.position)
    return {
        "id": row.key,
        "title": row.title,
        "state": row.state,
        "url": f"{row.page.public_url}/{row.path}",
        "starts_at": _iso(row.starts_at),
        "ends_at": _iso(row.ends_at),
        "started_at": _iso(row.started_at),
        "ended_at": _iso(row.ended_at),
        "components": [{"slug": one.slug, "name": one.name} for one in components],
        "updates": _told(work.updates),
    }


def _told(updates: Sequence[MaintenanceUpdate]) -> list[dict[str, Any]]:
    return [
        {"state": update.state, "body": update.body, "created_at": _iso(update.created_at)}
        for update in updates
    ]


def _iso(when: datetime | None) -> str | None:
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
