"""What is polled, and the rules that decide whether it is an alert."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminURLInputWidget,
)

from incidents.admin.lists import Rows, WithHistory
from incidents.kernel import options
from incidents.kernel.errors import Invalid
from incidents.models import DetectionRule, TelemetrySource
from incidents.sources.detection import KINDS
from incidents.sources.detection.writing import check, why_not_delete
from incidents.telemetry import CLIENTS

RUNS_SHOWN = 20


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    url = forms.URLField(
        max_length=500,
        assume_scheme="http",
        widget=UnfoldAdminURLInputWidget,
        help_text="For instance http://prometheus:9090.",
    )
    token = forms.CharField(
        required=False,
        widget=UnfoldAdminPasswordWidget,
        help_text="Sent as a bearer token, kept encrypted. Empty: the one that is stored stays.",
    )
    settings = forms.JSONField(required=False, widget=UnfoldAdminTextareaWidget, initial=dict)

    class Meta:
        model = TelemetrySource
        fields = ("name", "kind", "url", "timeout_seconds", "settings")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        client = CLIENTS.get(str(data.get("kind")))
        if client is not None:
            _checked(self, lambda: options.checked(client.options, data.get("settings") or {}))
        return data

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("token"):
            self.instance.token = self.cleaned_data["token"]
        return super().save(commit)


def _checked(form: forms.BaseForm, check: Callable[[], object]) -> None:
    """What the verb refuses is told at its field, or above the form."""
    try:
        check()
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))


@admin.register(TelemetrySource)
class TelemetrySourceAdmin(Rows):
    form = SourceForm
    list_display = ("name", "kind", "url", "last_ok_at", "failing_since")
    readonly_fields = ("last_ok_at", "latency_ms", "failing_since", "last_error")
    fields = ("name", "kind", "url", "token", "timeout_seconds", "settings", *readonly_fields)
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


def kind_choices() -> list[tuple[str, str]]:
    return [(slug, kind.label) for slug, kind in KINDS.items()]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    kind = forms.ChoiceField(choices=kind_choices, widget=UnfoldAdminSelectWidget)
    interval_seconds = forms.IntegerField(
        initial=60, min_value=5, max_value=86_400, widget=UnfoldAdminIntegerFieldWidget
    )
    settings = forms.JSONField(
        required=False,
        widget=UnfoldAdminTextareaWidget,
        initial=dict,
        help_text="What the kind needs besides; the page Detection has a field for each.",
    )

    class Meta:
        model = DetectionRule
        fields = (
            *("name", "description", "mode", "kind", "source", "query", "comparator", "threshold"),
            *("settings", "hold_seconds", "interval_seconds", "no_data", "severity", "service"),
            *("team", "runbook"),
        )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if not self.errors:
            _checked(self, lambda: check(self.instance))


@admin.register(DetectionRule)
class DetectionRuleAdmin(WithHistory):
    form = RuleForm
    list_display = (
        "name",
        "mode",
        "kind",
        "source",
        "condition",
        "severity",
        "service",
        "last_run",
    )
    list_filter = ("mode", "kind", "source", "severity")
    list_select_related = ("source", "severity", "service")
    search_fields = ("name", "query")
    autocomplete_fields = ("source", "service", "team")
    readonly_fields = ("last_runs",)
    fields = (*RuleForm.Meta.fields, "last_runs")

    @admin.display(description="Alert when")
    def condition(self, rule: DetectionRule) -> str:
        kind = KINDS.get(rule.kind)
        if kind is not None and not kind.compares:
            return kind.label
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
        """Switched off first, which closes its alerts; and no other rule may look at it."""
        allowed = super().has_delete_permission(request, obj)
        return bool(allowed and (obj is None or why_not_delete(obj) is None))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return _without_bulk_deletion(super().get_actions(request))


def _outcome(run: Any) -> str:
    if run.error:
        return str(run.error)
    worst = "" if run.worst_value is None else f", worst value {run.worst_value:g}"
    return f"{run.series} series, {run.firing} firing{worst}"
