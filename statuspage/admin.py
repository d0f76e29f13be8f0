"""What admins own: pages, groups, components. What was published is shown, never edited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from incidents.admin.lists import OfVisibleIncidents, Rows, ToLookAt, WithHistory
from incidents.kernel.errors import Conflict, Invalid
from statuspage.models import (
    Broadcast,
    Component,
    ComponentChange,
    ComponentEffect,
    ComponentGroup,
    FollowedEffect,
    Maintenance,
    MaintenanceSeries,
    MaintenanceUpdate,
    Mirror,
    PageImage,
    PlannedUpdate,
    PublicIncident,
    PublicUpdate,
    PublicUpdateRevision,
    Snapshot,
    StatusPage,
    Subscriber,
    Telling,
    UpdateTemplate,
)
from statuspage.services import following, listing, page_settings, snapshots


class GroupInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = ComponentGroup
    fields = ("name", "position")
    extra = 0


class ComponentInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = Component
    fields = ("name", "slug", "group", "service", "description", "position")
    prepopulated_fields = {"slug": ("name",)}
    extra = 0


class Checks(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What the forms of the console check is checked here too."""

    def check(self) -> None:
        """Raises what the verb would."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own, without a type
        if self.errors:
            return
        try:
            self.check()
        except (Invalid, Conflict) as error:
            field = getattr(error, "field", "")
            self.add_error(field if field in self.fields else None, str(error))


class PageChecks(Checks):
    home_url = forms.URLField(required=False, assume_scheme="https", max_length=200)

    def check(self) -> None:
        page_settings.check_page(self.instance)


class ComponentChecks(Checks):
    def check(self) -> None:
        listing.check_component(self.instance.page, self.instance)


def _bring_into_line(page: StatusPage) -> None:
    """What follows a service may do so from now on; all that shows the page is rendered anew."""
    following.keep_page(snapshots.locked(page.pk))
    snapshots.changed([page])


@admin.register(StatusPage)
class StatusPageAdmin(Rows):
    form = PageChecks
    list_display = ("name", "slug", "is_default", "enabled", "rendered_at")
    list_filter = ("enabled",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (GroupInline, ComponentInline)

    def save_model(self, request: HttpRequest, obj: StatusPage, form: Any, change: bool) -> None:
        if change:
            page_settings.hide_inside(obj, snapshots.locked(obj.pk))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Names may have changed: everything that shows them is rendered anew."""
        super().save_related(request, form, formsets, change)
        _bring_into_line(form.instance)


@admin.register(Component)
class ComponentAdmin(Rows):
    form = ComponentChecks
    list_display = ("name", "page", "group", "service", "manual_state", "position")
    list_filter = ("page", "group")
    list_select_related = ("page", "group", "service")
    search_fields = ("name", "slug")
    readonly_fields = ("manual_state",)

    def save_model(self, request: HttpRequest, obj: Component, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _bring_into_line(obj.page)

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


@admin.register(ComponentGroup)
class ComponentGroupAdmin(ToLookAt):
    list_display = ("name", "page", "parent", "position", "starts_closed")
    list_filter = ("page",)
    list_select_related = ("page", "parent")
    search_fields = ("name",)


@admin.register(FollowedEffect)
class FollowedEffectAdmin(OfVisibleIncidents):
    list_display = ("component", "incident", "state", "since", "until", "why")
    list_filter = ("state",)
    list_select_related = ("component", "incident")


@admin.register(ComponentEffect)
class ComponentEffectAdmin(OfVisibleIncidents):
    incident_path = "public_incident__incident"
    list_display = ("component", "public_incident", "state", "since", "until")
    list_filter = ("state",)
    list_select_related = ("component", "public_incident")


class RevisionInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = PublicUpdateRevision
    fields = ("replaced_at", "replaced_by", "body")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(PublicUpdate)
class PublicUpdateAdmin(OfVisibleIncidents):
    incident_path = "public_incident__incident"
    list_display = ("public_incident", "state", "author_name", "displayed_at", "edited_at")
    list_filter = ("state",)
    list_select_related = ("public_incident",)
    search_fields = ("body", "author_name")
    inlines = (RevisionInline,)


@admin.register(PlannedUpdate)
class PlannedUpdateAdmin(OfVisibleIncidents):
    list_display = ("incident", "page", "planned_state", "state", "author_name", "publish_at")
    list_filter = ("planned_state", "page")
    list_select_related = ("incident", "page")
    search_fields = ("body", "author_name")


@admin.register(UpdateTemplate)
class UpdateTemplateAdmin(WithHistory):
    list_display = ("name", "page", "state", "category", "severities", "enabled")
    list_filter = ("enabled", "state", "category")
    list_select_related = ("page",)
    search_fields = ("name", "body")


class NewsInline(TabularInline):  # type: ignore[misc]  # unfold brings no types
    model = MaintenanceUpdate
    fields = ("created_at", "kind", "state", "body", "author_name")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Maintenance)
class MaintenanceAdmin(ToLookAt):
    list_display = ("title", "page", "state", "starts_at", "ends_at", "author_name")
    list_filter = ("state", "page")
    list_select_related = ("page",)
    search_fields = ("title",)
    inlines = (NewsInline,)


@admin.register(MaintenanceSeries)
class MaintenanceSeriesAdmin(ToLookAt):
    list_display = ("title", "page", "recurrence", "time_zone", "starts_at", "cancelled_at")
    list_filter = ("page",)
    list_select_related = ("page",)
    search_fields = ("title",)


@admin.register(PageImage)
class PageImageAdmin(ToLookAt):
    list_display = ("page", "kind", "content_type", "width", "height")
    list_filter = ("page",)
    list_select_related = ("page",)
    exclude = ("body",)


@admin.register(Snapshot)
class SnapshotAdmin(ToLookAt):
    list_display = ("page", "path", "content_type", "version", "rendered_at")
    list_filter = ("page",)
    list_select_related = ("page",)
    search_fields = ("path",)
    exclude = ("body",)


@admin.register(Mirror)
class MirrorAdmin(ToLookAt):
    list_display = ("page", "kind", "enabled", "wrote_version", "wrote_at", "failures", "error")
    list_filter = ("kind", "enabled")
    list_select_related = ("page",)


@admin.register(Subscriber)
class SubscriberAdmin(ToLookAt):
    list_display = ("address", "page", "way", "state", "pace", "created_at", "last_error")
    list_filter = ("way", "state", "page")
    list_select_related = ("page",)
    search_fields = ("address",)


@admin.register(Broadcast)
class BroadcastAdmin(ToLookAt):
    list_display = ("page", "kind", "made_at", "fanned_at", "told")
    list_filter = ("kind", "page")
    list_select_related = ("page",)


@admin.register(Telling)
class TellingAdmin(ToLookAt):
    list_display = ("subscriber", "broadcast", "state", "tries", "sent_at", "error")
    list_filter = ("state",)
    list_select_related = ("subscriber", "broadcast")
