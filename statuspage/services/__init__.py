"""The verbs of the status page: publish, set a component's state, render what is behind."""

from statuspage.services.components import set_component_state
from statuspage.services.editing import edit_update
from statuspage.services.planning import approve, refuse, submit, withdraw
from statuspage.services.publishing import Announcement, publish_update
from statuspage.services.snapshots import refresh, refresh_stale
from statuspage.services.starter import load_starter_page
from statuspage.services.suggestion import suggest

__all__ = [
    "Announcement",
    "approve",
    "edit_update",
    "load_starter_page",
    "publish_update",
    "refresh",
    "refresh_stale",
    "refuse",
    "set_component_state",
    "submit",
    "suggest",
    "withdraw",
]
