"""Post-mortems in the Django admin: to look at, with the history of each section.

Changes go through the verbs, which tell the timeline; so nothing is edited here.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from incidents import access
from incidents.admin.lists import OfVisibleIncidents
from postmortems.models import ActionItem, PostMortem, Section


@admin.register(PostMortem)
class PostMortemAdmin(OfVisibleIncidents):
    list_display = ("incident", "state", "version", "updated_at", "published_by")
    list_filter = ("state",)
    list_select_related = ("incident",)
    search_fields = ("incident__title",)


@admin.register(Section)
class SectionAdmin(SimpleHistoryAdmin, OfVisibleIncidents):  # type: ignore[misc]  # no types
    incident_path = "post_mortem__incident"
    list_display = ("heading", "post_mortem", "version", "editor_name", "edited_at")
    list_select_related = ("post_mortem",)
    search_fields = ("post_mortem__incident__title",)
    history_list_display = ["version", "editor_name"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old versions are not read through the list's queryset: the row itself is checked."""
        if not super().has_view_permission(request, obj):
            return False
        visible = access.visible_incidents(access.of_user(request.user))
        return obj is None or visible.filter(pk=obj.post_mortem_id).exists()


@admin.register(ActionItem)
class ActionItemAdmin(OfVisibleIncidents):
    list_display = ("title", "incident", "owner", "due_on", "priority", "state")
    list_filter = ("state", "kind", "priority")
    list_select_related = ("incident", "owner")
    search_fields = ("title", "incident__title")
