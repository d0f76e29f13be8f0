"""What admins own: pages, groups, components. What was published is shown, never edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from incidents.admin.lists import OfVisibleIncidents, Rows, ToLookAt
from statuspage.models import (
    Component,
    ComponentChange,
    ComponentGroup,
    PublicIncident,
    PublicUpdate,
    StatusPage,
)
from statuspage.services import snapshots


class GroupInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = ComponentGroup
    fields = ("name", "position")
    extra = 0


class ComponentInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = Component
    fields = ("name", "slug", "group", "service", "description", "position")
    prepopulated_fields = {"slug": ("name",)}
    extra = 0


@admin.register(StatusPage)
class StatusPageAdmin(Rows):
    list_display = ("name", "slug", "is_default", "enabled", "rendered_at")
    list_filter = ("enabled",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (GroupInline, ComponentInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Names may have changed: everything that shows them is rendered anew."""
        super().save_related(request, form, formsets, change)
        snapshots.changed([form.instance])


@admin.register(Component)
class ComponentAdmin(Rows):
    list_display = ("name", "page", "group", "service", "manual_state", "position")
    list_filter = ("page", "group")
    list_select_related = ("page", "group", "service")
    search_fields = ("name", "slug")
    readonly_fields = ("manual_state",)

    def save_model(self, request: HttpRequest, obj: Component, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        snapshots.changed([obj.page])

    def delete_model(self, request: HttpRequest, obj: Component) -> None:
        page = obj.page
        super().delete_model(request, obj)
        snapshots.changed([page])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        pages = list(StatusPage.objects.filter(components__in=queryset).distinct())
        super().delete_queryset(request, queryset)
        snapshots.changed(pages)


class UpdateInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = PublicUpdate
    fields = ("created_at", "state", "body", "author_name")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(PublicIncident)
class PublicIncidentAdmin(OfVisibleIncidents):
    list_display = ("title", "page", "incident", "state", "started_at", "resolved_at")
    list_filter = ("state", "page")
    list_select_related = ("page", "incident")
    search_fields = ("title",)
    inlines = (UpdateInline,)


@admin.register(ComponentChange)
class ComponentChangeAdmin(ToLookAt):
    list_display = ("component", "old", "new", "reason", "actor_name", "at")
    list_filter = ("component__page", "new")
    list_select_related = ("component",)
    search_fields = ("reason", "actor_name", "component__name")
