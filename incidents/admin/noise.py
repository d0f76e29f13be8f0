"""Rules against noise, to look at with their versions: their pages change them."""

from typing import ClassVar

from django.contrib import admin

from incidents.admin.lists import ToLookAt, WithHistory
from incidents.models import GroupingPolicy, Inhibition, MaintenanceWindow, Silence


@admin.register(Silence)
class SilenceAdmin(ToLookAt):
    list_display = ("comment", "creator", "state", "words", "starts_at", "ends_at", "ended_at")
    list_filter = ("until_resolved",)
    search_fields = ("comment", "creator")


class _Versioned(ToLookAt, WithHistory):
    """Rows that only verbs write, with who changed them."""


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(_Versioned):
    list_display: ClassVar[tuple[str, ...]] = (
        *("name", "words", "starts_at", "minutes", "recurrence", "time_zone", "cancelled_at"),
    )
    search_fields = ("name", "comment")


@admin.register(Inhibition)
class InhibitionAdmin(_Versioned):
    list_display = ("name", "enabled", "equal")
    list_filter = ("enabled",)
    search_fields = ("name",)


@admin.register(GroupingPolicy)
class GroupingPolicyAdmin(_Versioned):
    list_display = ("name", "position", "enabled", "group_by", "wait", "cooldown", "auto_resolve")
    list_filter = ("enabled",)
    search_fields = ("name",)
