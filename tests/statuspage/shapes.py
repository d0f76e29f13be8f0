"""The shapes of Statuspage's public JSON, version 2, as its documentation and clients have them."""

from typing import Any, Final

TEXT: Final = {"type": "string"}
MAYBE: Final = {"type": ["string", "null"]}
TIME: Final = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
MAYBE_TIME: Final = {"anyOf": [TIME, {"type": "null"}]}
ID: Final = {"type": "string", "pattern": r"^[0-9a-z]{12}$"}
YES_OR_NO: Final = {"type": "boolean"}
STATUS: Final = {
    "enum": [
        "operational",
        "degraded_performance",
        "partial_outage",
        "major_outage",
        "under_maintenance",
    ]
}


def _exactly(optional: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": 0}


PAGE: Final = _exactly(
    id=ID,
    name=TEXT,
    url={"type": "string", "pattern": "^https?://.*[^/]$"},
    time_zone={"const": "Etc/UTC"},
    updated_at=TIME,
)
INDICATOR: Final = _exactly(
    indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=TEXT
)
COMPONENT: Final = _exactly(
    ("components",),
    id=ID,
    name=TEXT,
    status=STATUS,
    created_at=TIME,
    updated_at=TIME,
    position={"type": "integer"},
    description=MAYBE,
    showcase=YES_OR_NO,
    start_date={"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}, {"type": "null"}]},
    group_id={"anyOf": [ID, {"type": "null"}]},
    page_id=ID,
    group=YES_OR_NO,
    only_show_if_degraded=YES_OR_NO,
    components=_list(ID),
)
AFFECTED: Final = _exactly(code=ID, name=TEXT, old_status=STATUS, new_status=STATUS)


def _update(states: list[str]) -> dict[str, Any]:
    return _exactly(
        id=ID,
        status={"enum": states},
        body=TEXT,
        incident_id=ID,
        created_at=TIME,
        updated_at=TIME,
        display_at=TIME,
        affected_components={"anyOf": [_list(AFFECTED), {"type": "null"}]},
        deliver_notifications=YES_OR_NO,
        custom_tweet={"type": "null"},
        tweet_id={"type": "null"},
    )


def _incident(states: list[str], impacts: list[str], **more: Any) -> dict[str, Any]:
    return _exactly(
        id=ID,
        name=TEXT,
        status={"enum": states},
        created_at=TIME,
        updated_at=TIME,
        monitoring_at=MAYBE_TIME,
        resolved_at=MAYBE_TIME,
        impact={"enum": impacts},
        shortlink={"type": "string", "pattern": "^https?://"},
        started_at=TIME,
        page_id=ID,
        incident_updates=_list(_update(states)),
        components=_list(COMPONENT),
        **more,
    )


INCIDENT: Final = _incident(
    ["investigating", "identified", "monitoring", "resolved", "postmortem"],
    ["none", "minor", "major", "critical"],
)
MAINTENANCE: Final = _incident(
    ["scheduled", "in_progress", "verifying", "completed"],
    ["maintenance"],
    scheduled_for=TIME,
    scheduled_until=TIME,
)

SHAPES: Final[dict[str, dict[str, Any]]] = {
    "summary": _exactly(
        page=PAGE,
        components=_list(COMPONENT),
        incidents=_list(INCIDENT),
        scheduled_maintenances=_list(MAINTENANCE),
        status=INDICATOR,
    ),
    "status": _exactly(page=PAGE, status=INDICATOR),
    "components": _exactly(page=PAGE, components=_list(COMPONENT)),
    "incidents": _exactly(page=PAGE, incidents=_list(INCIDENT)),
    "incidents/unresolved": _exactly(page=PAGE, incidents=_list(INCIDENT)),
    "scheduled-maintenances": _exactly(page=PAGE, scheduled_maintenances=_list(MAINTENANCE)),
    "scheduled-maintenances/upcoming": _exactly(
        page=PAGE, scheduled_maintenances=_list(MAINTENANCE)
    ),
    "scheduled-maintenances/active": _exactly(page=PAGE, scheduled_maintenances=_list(MAINTENANCE)),
}
