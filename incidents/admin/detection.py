"""What is polled, and the rules that decide whether it is an alert."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminURLInputWidget

from incidents.admin.lists import Rows, WithHistory
from incidents.models import DetectionRule, TelemetrySource

RUNS_SHOWN = 20


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    url = forms.URLField(
        max_length=500,
        assume_scheme="http",
        widget=UnfoldAdminURLInputWidget,
        help_text="For instance http://prometheus:9090.",
    )

    class Meta:
        model = TelemetrySource
        fields = ("name", "kind", "url", "timeout_seconds")


@admin.register(TelemetrySource)
class TelemetrySourceAdmin(Rows):
    form = SourceForm
    list_display = ("name", "kind", "url", "timeout_seconds")
    search_fields = ("name", "url")

    def has_delete_permission(
        self, request: HttpRequest, obj: TelemetrySource | None = None
    ) -> bool:
        """A source that rules ask is not deleted from under them."""
        allowed = super().has_delete_permission(request, obj)
        return bool(allowed and (obj is None or not obj.rules.exists()))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return _without_bulk_deletion(super().get_actions(request))


def _without_bulk_deletion(actions: dict[str, Any]) -> dict[str, Any]:
    return {name: action for name, action in actions.items() if name != "delete_selected"}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    interval_seconds = forms.IntegerField(
        initial=60, min_value=5, max_value=86_400, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = DetectionRule
        fields = (
            *("name", "enabled", "source", "query", "comparator", "threshold"),
            *("hold_seconds", "interval_seconds", "severity", "service"),
        )


@admin.register(DetectionRule)
class DetectionRuleAdmin(WithHistory):
    form = RuleForm
    list_display = ("name", "source", "condition", "severity", "service", "enabled", "last_run")
    list_filter = ("enabled", "source", "severity")
    list_select_related = ("source", "severity", "service")
    search_fields = ("name", "query")
    autocomplete_fields = ("source", "service")
    readonly_fields = ("last_runs",)
    fields = (*RuleForm.Meta.fields, "last_runs")

    @admin.display(description="Alert when")
    def condition(self, rule: DetectionRule) -> str:
        return f"{rule.get_comparator_display()} {rule.threshold:g}"

    @admin.display(description="Last run")
    def last_run(self, rule: DetectionRule) -> str:
        run = rule.runs.order_by("-started_at").first()
        if run is None:
            return "not yet"
        return run.error or f"{run.started_at:%d %b %H:%M:%S}, {run.firing} firing"

    @admin.display(description="Last runs")
    def last_runs(self, rule: DetectionRule) -> str:
        runs = rule.runs.order_by("-started_at")[:RUNS_SHOWN] if rule.pk else ()
        lines = [
            (f"{run.started_at:%d %b %H:%M:%S} UTC", run.duration_ms, _outcome(run)) for run in runs
        ]
        if not lines:
            return "It has not run yet."
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}, {} ms: {}</li>", lines))

    def save_model(self, request: HttpRequest, obj: DetectionRule, form: Any, change: bool) -> None:
        obj.next_due_at = None  # What was changed is tried at once.
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: DetectionRule | None = None) -> bool:
        """Switched off first: the alerts that a rule has open are closed by that."""
        allowed = super().has_delete_permission(request, obj)
        return bool(allowed and (obj is None or not obj.series.filter(firing=True).exists()))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return _without_bulk_deletion(super().get_actions(request))


def _outcome(run: Any) -> str:
    if run.error:
        return str(run.error)
    worst = "" if run.worst_value is None else f", worst value {run.worst_value:g}"
    return f"{run.series} series, {run.firing} firing{worst}"
