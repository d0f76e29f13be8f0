"""Services and severities: what can break, and how bad that is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from incidents.admin.lists import WithHistory
from incidents.models import Service, Severity
from incidents.pipeline.triage import Severities


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Service
        fields = (
            *("name", "slug", "team", "description", "tier", "users", "revenue_per_hour"),
            "depends_on",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk and self.instance in data.get("depends_on", ()):
            raise forms.ValidationError({"depends_on": "A service does not depend on itself."})
        return data


@admin.register(Service)
class ServiceAdmin(WithHistory):
    form = ServiceForm
    list_display = ("name", "slug", "team", "description")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("team", "depends_on")


class SeverityForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    aliases = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Other spellings that are accepted, separated by commas: sev1, critical.",
    )

    class Meta:
        model = Severity
        fields = (
            *("label", "aliases", "definition", "examples"),
            *("ack_minutes", "mitigate_minutes", "update_minutes", "stale_minutes"),
            "stage_factor",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["aliases"] = ", ".join(self.instance.aliases)

    def clean_aliases(self) -> list[str]:
        words = [word.strip().lower() for word in self.cleaned_data["aliases"].split(",")]
        others = Severities(Severity.objects.exclude(pk=self.instance.pk))
        for word in filter(None, words):
            owner = others.find(word)
            if owner is not None:
                raise forms.ValidationError(f"“{word}” means {owner.code} already.")
        return list(dict.fromkeys(filter(None, words)))


@admin.register(Severity)
class SeverityAdmin(WithHistory):
    """The four are there from the start: incidents and metrics refer to them."""

    form = SeverityForm
    list_display = ("code", "label", "ack_minutes", "mitigate_minutes", "update_minutes")
    readonly_fields = ("code", "rank")
    fields = ("code", "rank", *SeverityForm.Meta.fields)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's hook
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Severity | None = None,  # noqa: ARG002
    ) -> bool:
        return False
