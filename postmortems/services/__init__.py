"""The verbs of the spoke. Each locks the incident first, so that two never wait for each other."""

from postmortems.services.action_items import ActionChanges, add_action_item, change_action_item
from postmortems.services.drafting import draft
from postmortems.services.editing import SectionConflict, SectionEdit, save_section, save_sections
from postmortems.services.from_the_room import follow, take_over
from postmortems.services.publishing import publish

__all__ = [
    "ActionChanges",
    "SectionConflict",
    "SectionEdit",
    "add_action_item",
    "change_action_item",
    "draft",
    "follow",
    "publish",
    "save_section",
    "save_sections",
    "take_over",
]
