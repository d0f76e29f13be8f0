"""Post-mortems in the Django admin: to look at, with the history of each section.

Changes go through the verbs, which tell the timeline; so nothing is edited here.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from postmortems.models import ActionItem, PostMortem, Section


class _ToLookAt(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's hook
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(PostMortem)
class PostMortemAdmin(_ToLookAt):
    list_display = ("incident", "state", "version", "updated_at", "published_by")
    list_filter = ("state",)
    list_select_related = ("incident",)
    search_fields = ("incident__title",)


@admin.register(Section)
class SectionAdmin(SimpleHistoryAdmin, _ToLookAt):  # type: ignore[misc]  # neither has types
    list_display = ("heading", "post_mortem", "version", "editor_name", "edited_at")
    list_select_related = ("post_mortem",)
    search_fields = ("body", "post_mortem__incident__title")
    history_list_display = ["version", "editor_name"]


@admin.register(ActionItem)
class ActionItemAdmin(_ToLookAt):
    list_display = ("title", "incident", "owner", "due_on", "priority", "state")
    list_filter = ("state", "kind", "priority")
    list_select_related = ("incident", "owner")
    search_fields = ("title", "incident__title")
