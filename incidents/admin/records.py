"""What happened, to look at: only verbs and the engine write these rows."""

import re
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents import access
from incidents.admin.lists import OfVisibleIncidents, ToLookAt
from incidents.engine import deliveries
from incidents.models import (
    Alert,
    Change,
    Delivery,
    EngineBeat,
    Fact,
    Incident,
    JobRun,
    Notice,
    RuleRun,
    Signal,
)

_NUMBER = re.compile(r"(?:inc-)?(\d{1,18})", re.IGNORECASE)


class FoundByIncident(OfVisibleIncidents):
    """Search takes the number or reference of an incident: that is an index away."""

    search_fields: ClassVar[Any] = ("pk",)
    search_help_text = "The number of an incident, for instance INC-12."

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's hook
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        match = _NUMBER.fullmatch(search_term.strip())
        if not search_term.strip():
            return queryset, False
        path = f"{self.incident_path}__pk" if self.incident_path else "pk"
        return (queryset.filter(**{path: match[1]}) if match else queryset.none()), False


@admin.register(Incident)
class IncidentAdmin(FoundByIncident):
    incident_path = ""
    list_display = (
        *("reference", "title", "severity", "priority", "type", "state", "service", "team"),
        "opened_at",
    )
    list_filter = (
        *("state", "severity", "priority", "category", "type", "service"),
        *("private", "false_positive"),
    )
    list_select_related = ("severity", "service", "team")
    ordering = ("-opened_at", "-id")
    search_help_text = "A number (INC-12) or words of the title."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if _NUMBER.fullmatch(search_term.strip()) or not search_term.strip():
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(title__icontains=search_term.strip()), False


@admin.register(Fact)
class FactAdmin(FoundByIncident):
    list_display = ("recorded_at", "incident", "seq", "actor_name", "text", "kind")
    list_select_related = ("incident",)
    ordering = ("-recorded_at", "-id")
    raw_id_fields = ("incident", "cause")


@admin.register(Notice)
class NoticeAdmin(FoundByIncident):
    list_display = ("created_at", "user", "incident", "kind", "text", "urgent", "read_at")
    list_filter = ("urgent",)
    list_select_related = ("incident", "user")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("incident", "fact", "user")


@admin.register(Alert)
class AlertAdmin(FoundByIncident):
    list_display = ("title", "severity", "state", "service", "incident", "count", "started_at")
    list_filter = ("state", "severity", "service", "integration")
    list_select_related = ("severity", "service", "incident")
    ordering = ("-started_at", "-id")


@admin.register(Signal)
class SignalAdmin(ToLookAt):
    list_display = ("id", "integration", "adapter", "state", "received_at", "folded_at", "outcome")
    list_filter = ("state", "adapter", "integration")
    list_select_related = ("integration",)
    search_fields = ("=delivery_id",)
    search_help_text = "The delivery id that its sender was told."
    ordering = ("-id",)
    fields = (
        *("integration", "adapter", "delivery_id", "state", "received_at", "folded_at"),
        *("outcome", "text"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signal]:
        """Not what opened an alert of a private incident that is hidden from the viewer."""
        seen = access.visible_incidents(access.of_user(request.user))
        hidden = Alert.objects.filter(incident__private=True).exclude(
            incident__in=seen.filter(private=True)
        )
        rows: QuerySet[Signal] = super().get_queryset(request)
        return rows.exclude(Exists(hidden.filter(first_signal_id=OuterRef("pk"))))

    @admin.display(description="Body")
    def text(self, signal: Signal) -> SafeString:
        return format_html("<pre>{}</pre>", bytes(signal.body).decode(errors="replace")[:20_000])


@admin.register(Change)
class ChangeAdmin(ToLookAt):
    list_display = ("summary", "service", "source", "at", "integration")
    list_filter = ("service", "integration")
    list_select_related = ("service", "integration")
    search_fields = ("summary", "source")
    ordering = ("-at",)


@admin.register(Delivery)
class DeliveryAdmin(OfVisibleIncidents):
    incident_path = "fact__incident"
    list_display = ("subscriber", "fact", "state", "tries", "next_due_at", "error")
    list_filter = ("state",)
    list_select_related = ("fact",)
    ordering = ("-id",)
    raw_id_fields = ("fact",)
    actions = ("try_again",)

    @admin.action(description="Try again")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        count = deliveries.try_again(list(chosen.values_list("pk", flat=True)[:1000]))
        if count:
            told = f"{count} deliver{'y is' if count == 1 else 'ies are'} tried again now."
            self.message_user(request, told, messages.SUCCESS)
        else:
            text = "None of these is parked: the engine is at them, or done."
            self.message_user(request, text, messages.WARNING)


@admin.register(RuleRun)
class RuleRunAdmin(ToLookAt):
    list_display = ("rule", "started_at", "duration_ms", "series", "firing", "worst_value", "error")
    list_filter = ("rule",)
    list_select_related = ("rule",)
    ordering = ("-id",)


@admin.register(EngineBeat)
class EngineBeatAdmin(ToLookAt):
    list_display = ("module", "beat_at", "duration_ms", "error")


@admin.register(JobRun)
class JobRunAdmin(ToLookAt):
    list_display = ("job", "slot", "started_at")
    ordering = ("-id",)
