"""Django admin of the hub: what admins own, and what happened, to look at."""

from incidents.admin import (
    catalogue,
    detection,
    heartbeats,
    keys,
    noise,
    people,
    records,
    routing,
    schedule,
    shaping,
    site,
    stages,
)

__all__ = [
    "catalogue",
    "detection",
    "heartbeats",
    "keys",
    "noise",
    "people",
    "records",
    "routing",
    "schedule",
    "shaping",
    "site",
    "stages",
]
