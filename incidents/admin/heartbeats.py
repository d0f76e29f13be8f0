"""Heartbeats, their pings and outages: changed in the console, here to look at and to search."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from incidents.admin.lists import ToLookAt, WithHistory
from incidents.models import Heartbeat, HeartbeatOutage, HeartbeatPing


@admin.register(Heartbeat)
class HeartbeatAdmin(WithHistory):
    """Name, description, severity and service change nothing that is awaited; the schedule does,
    and is changed in the console, as making, pausing and deleting are."""

    list_display = ("name", "state", "service", "severity", "last_ping_at", "expected_at")
    list_filter = ("state", "severity", "schedule")
    list_select_related = ("service", "severity")
    search_fields = ("name", "slug")
    autocomplete_fields = ("service",)
    readonly_fields = (
        *("slug", "schedule", "interval_seconds", "cron", "time_zone", "grace_seconds", "state"),
        *("last_ping_at", "last_started_at", "last_exit_code", "expected_at", "alert_at"),
        *("down_at", "ping_count", "created_at"),
    )
    fields = ("name", "description", "service", "severity", *readonly_fields)

    def save_model(self, request: HttpRequest, obj: Heartbeat, form: Any, change: bool) -> None:  # noqa: ARG002
        """Only what was edited: the engine writes the rest meanwhile."""
        obj._history_user = request.user  # type: ignore[attr-defined]  # noqa: SLF001  # read by simple_history
        obj.save(update_fields=["name", "description", "service", "severity"])

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(HeartbeatPing)
class HeartbeatPingAdmin(ToLookAt):
    list_display = ("received_at", "heartbeat", "kind", "exit_code", "remote_address", "body_size")
    list_filter = ("kind",)
    list_select_related = ("heartbeat",)
    search_fields = ("heartbeat__slug",)
    ordering = ("-id",)


@admin.register(HeartbeatOutage)
class HeartbeatOutageAdmin(ToLookAt):
    list_display = ("began_at", "heartbeat", "reason", "ended_at")
    list_filter = ("reason",)
    list_select_related = ("heartbeat",)
    search_fields = ("heartbeat__slug",)
    ordering = ("-id",)
