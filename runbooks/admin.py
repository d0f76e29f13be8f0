"""Django admin of the spoke: admins write runbooks here, with what readers will see beside it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.admin import TabularInline
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from incidents.admin.lists import OfVisibleIncidents, WithHistory
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Severity
from runbooks import services
from runbooks.models import MAX_BODY, Runbook, RunbookPattern, RunbookRun, StepTick
from runbooks.rendering import outline, to_html

PREVIEW = "admin:runbooks_runbook_preview"


def _severity_choices() -> list[tuple[str, str]]:
    return [(severity.code, str(severity)) for severity in Severity.objects.all()]


# Runs in private incidents are not counted for everybody to see.
_OPEN_TO_ALL = Q(runs__incident__private=False)


class RunbookForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """`based_on` is the version before the writer's eyes: nobody's change is written over."""

    tags = SimpleArrayField(
        forms.CharField(max_length=40),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Separated by commas.",
    )
    severities = forms.MultipleChoiceField(
        choices=_severity_choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Suggest it for these only; none chosen means all.",
    )
    reason = forms.CharField(
        label="What changed",
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="For the history: one line that says why.",
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Runbook
        fields = (
            *("title", "slug", "summary", "category", "tags", "owner"),
            *("severities", "estimated_minutes", "enabled", "body"),
        )
        widgets = {
            "body": UnfoldAdminTextareaWidget(
                {"rows": 28, "data-preview": reverse_lazy(PREVIEW), "spellcheck": "true"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["based_on"].initial = self._current_version()

    def _current_version(self) -> int | None:
        """As stored: the instance may be an old version that is being restored."""
        rows = Runbook.objects.filter(pk=self.instance.pk)
        return rows.values_list("version", flat=True).first()

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        try:
            services.check_steps(body)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error
        return body

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        current = self._current_version()
        if current and data.get("based_on") and data["based_on"] != current:
            raise forms.ValidationError(
                "Somebody has changed this runbook since you opened it. Copy your text, open the "
                "runbook again, and put your change on top of theirs."
            )
        return data


class InWords(HistoricalRecordContextHelper):  # type: ignore[misc]  # simple_history has no types
    """Changes as people read them: no brackets around tags, nothing where nobody was."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        if isinstance(value, DeletedObject) and value.pk is None:
            return ""
        if isinstance(value, list):
            return ", ".join(value)
        return super().prepare_delta_change_value(change, value)


class PatternForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """In a table the heads of columns are no labels to a screen reader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)


class PatternInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    model = RunbookPattern
    form = PatternForm
    verbose_name_plural = "suggest it when one of these fits"
    fields = ("field", "label", "pattern")
    extra = 0


@admin.register(Runbook)
class RunbookAdmin(WithHistory):
    form = RunbookForm
    inlines = (PatternInline,)
    list_display = (
        *("title", "category", "owner", "minutes", "suggested", "runs", "version"),
        "edited_at",
    )
    sortable_by = list_display
    list_filter = ("enabled", "category", "owner")
    list_select_related = ("owner",)
    search_fields = ("title", "summary", "body", "slug")
    ordering = ("title",)
    save_on_top = True
    history_list_display = ("version", "author", "lines")
    fieldsets = (
        (None, {"fields": ("title", "summary", "body", "reason", "based_on")}),
        (
            "In the library",
            {"fields": ("category", "tags", "owner", "estimated_minutes", "slug")},
        ),
        ("Suggesting", {"fields": ("enabled", "severities")}),
    )

    class Media:
        js: ClassVar = [forms.Script("js/admin/preview.js", type="module")]
        css: ClassVar = {"all": ["css/admin-preview.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Runbook]:
        rows: QuerySet[Runbook] = super().get_queryset(request)
        return rows.annotate(
            run_count=Count("runs", filter=_OPEN_TO_ALL),
            last_run_at=Max("runs__started_at", filter=_OPEN_TO_ALL),
        )

    @admin.display(description="Minutes", ordering="estimated_minutes")
    def minutes(self, runbook: Runbook) -> int | None:
        return runbook.estimated_minutes

    @admin.display(description="Suggested", ordering="enabled", boolean=True)
    def suggested(self, runbook: Runbook) -> bool:
        return runbook.enabled

    @admin.display(description="Runs", ordering="run_count")
    def runs(self, runbook: Any) -> int:
        return int(runbook.run_count)

    def author(self, record: Any) -> str:
        """Also of what keys and the product itself wrote."""
        return str(record.edited_by)

    def lines(self, record: Any) -> SafeString:
        """The way to the line-by-line comparison in the console."""
        address = reverse("runbooks:history", kwargs={"slug": self._slug(record)})
        return format_html('<a href="{}?to={}">Compare</a>', address, record.version)

    def _slug(self, record: Any) -> str:
        present = Runbook.objects.filter(pk=record.id).values_list("slug", flat=True).first()
        return present or str(record.slug)

    def get_historical_record_context_helper(
        self,
        request: HttpRequest,  # noqa: ARG002  # simple_history's hook
        historical_record: Any,
    ) -> "InWords":
        return InWords(self.model, historical_record)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(require_POST(self.preview))
        own = [path("preview/", preview, name=PREVIEW.removeprefix("admin:"))]
        theirs: list[URLPattern] = super().get_urls()
        return own + theirs

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The text as its readers will see it, divided into steps."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        parts = outline(request.POST.get("text", "")[:MAX_BODY])
        context = {
            "introduction": to_html(parts.introduction),
            "steps": [(step.title, to_html(step.body)) for step in parts.steps],
        }
        return render(request, "admin/runbooks/preview.html", context)

    def save_model(self, request: HttpRequest, obj: Runbook, form: Any, change: bool) -> None:  # noqa: ARG002
        reason = form.cleaned_data["reason"]
        services.write(obj, actor=Actor.of(request.user), reason=reason)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: Runbook) -> None:
        services.remove(runbook_id=obj.pk, actor=Actor.of(request.user))  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Runbook]) -> None:
        for runbook in queryset:
            self.delete_model(request, runbook)


class TickInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    model = StepTick
    fields = readonly_fields = ("index", "done_by_name", "done_at", "note")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(RunbookRun)
class RunbookRunAdmin(OfVisibleIncidents):
    """To look at: runs change through the verbs, which tell the timeline."""

    inlines = (TickInline,)
    list_display = ("title", "incident", "version", "started_by_name", "started_at", "finished_at")
    list_filter = ("started_at",)
    list_select_related = ("incident",)
    search_fields = ("title", "incident__title")
    fields = readonly_fields = (
        *("title", "runbook", "version", "incident", "started_by_name", "started_at"),
        *("finished_by_name", "finished_at"),
    )
