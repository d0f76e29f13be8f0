"""The verbs of the status page: publish, set a component's state, render what is behind."""

from statuspage.services.components import set_component_state
from statuspage.services.publishing import Announcement, publish_update
from statuspage.services.snapshots import refresh, refresh_stale
from statuspage.services.starter import load_starter_page
from statuspage.services.suggestion import suggest

__all__ = [
    "Announcement",
    "load_starter_page",
    "publish_update",
    "refresh",
    "refresh_stale",
    "set_component_state",
    "suggest",
]
