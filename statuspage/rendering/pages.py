"""The documents of one page: its bytes by path, with marks that the door fills in."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone, translation

from statuspage.models import PublicIncident, PublicUpdate, StatusPage
from statuspage.rendering import stamps
from statuspage.rendering.headline import affected, headline
from statuspage.rendering.history import months
from statuspage.rendering.view import ComponentView, IncidentView, PageView

INDEX: Final = ""
HISTORY: Final = "history"
JSON: Final = "json"
HTML_TYPE: Final = "text/html; charset=utf-8"
JSON_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Document:
    """`path` is relative to the page; `etag` stands for the content, whatever the time of day."""

    path: str
    content_type: str
    body: bytes
    etag: str


def overview(view: PageView) -> list[Document]:
    """What changes with each publication: the page, its history, its JSON."""
    context = {"view": view, "headline": headline(view), "affected": affected(view)}
    return [
        _html(INDEX, "index", view.page, context),
        _html(HISTORY, "history", view.page, {"view": view, "months": months(view)}),
        _document(JSON, JSON_TYPE, _json(view)),
    ]


def permalink(page: StatusPage, incident: IncidentView) -> Document:
    return _html(incident.path, "incident", page, {"incident": incident})


def _html(path: str, template: str, page: StatusPage, context: dict[str, Any]) -> Document:
    # Whoever publishes may live in another zone and language than the public does.
    with timezone.override(UTC), translation.override("en"):
        html = render_to_string(
            f"statuspage/public/{template}.html",
            {
                **context,
                "page": page,
                "json_url": json_url(page),
                "stamps": stamps.MARKS,
            },
        )
    return _document(path, HTML_TYPE, html)


def not_found(words: str, hint: str, place: stamps.Place) -> bytes:
    """A small page for an address that leads nowhere; it needs no rows."""
    html = render_to_string(
        "statuspage/public/missing.html", {"words": words, "hint": hint, "stamps": stamps.MARKS}
    )
    return stamps.placed(html.encode(), place)


def _document(path: str, content_type: str, text: str) -> Document:
    body = text.encode()
    return Document(path, content_type, body, hashlib.sha256(body).hexdigest()[:16])


def json_url(page: StatusPage) -> str:
    return "/api/status/public" if page.is_default else f"/api/status/public/{page.slug}"


def _json(view: PageView) -> str:
    found = {
        "page": {
            "slug": view.page.slug,
            "name": view.page.name,
            "url": view.page.public_url,
        },
        "status": {"state": view.state, "description": headline(view).title},
        "components": [_component(component) for component in view.components],
        "incidents": [as_json(incident) for incident in view.active],
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
    row: PublicIncident = incident.row
    return {
        "id": row.key,
        "title": row.title,
        "state": row.state,
        "url": f"{row.page.public_url}/{row.path}",
        "started_at": _iso(row.started_at),
        "resolved_at": _iso(row.resolved_at),
        "components": [{"slug": c.slug, "name": c.name, "state": s} for c, s in incident.effects],
        "updates": _updates(incident.updates),
    }


def _updates(updates: Sequence[PublicUpdate]) -> list[dict[str, Any]]:
    return [
        {"state": update.state, "body": update.body, "created_at": _iso(update.created_at)}
        for update in updates
    ]


def _iso(when: datetime | None) -> str | None:
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
