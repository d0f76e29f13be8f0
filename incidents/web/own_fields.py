"""Defining the fields that incidents have in this installation, in the console's settings."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.models import CustomField, FieldKind
from incidents.web.guard import Request, requires

MOST_CHOICES = 60


class FieldForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    choices = forms.CharField(
        required=False,
        max_length=6_000,
        label="Choices",
        help_text="One a line; only for the kind “Choice”.",
        widget=forms.Textarea({"class": "textarea", "rows": 4}),
    )

    class Meta:
        model = CustomField
        fields = ("name", "kind", "choices", "required", "hint", "on_overview", "position")
        labels = {
            "required": "Must be filled in",
            "hint": "Hint",
            "on_overview": "Show it on the overview while it is empty",
            "position": "Place in the order",
        }
        help_texts = {"required": "", "position": "The smallest comes first."}
        widgets = {
            "name": forms.TextInput({"class": "input", "autocomplete": "off"}),
            "kind": forms.Select({"class": "select"}),
            "required": forms.Select({"class": "select"}),
            "hint": forms.TextInput({"class": "input", "autocomplete": "off"}),
            "on_overview": forms.CheckboxInput({"class": "tick"}),
            "position": forms.NumberInput({"class": "input", "min": 0}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)
        self.fields["position"].required = False

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean_choices(self) -> list[str]:
        lines = dict.fromkeys(line.strip() for line in self.cleaned_data["choices"].splitlines())
        return [line for line in lines if line]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choices = data.get("choices", [])
        if data.get("kind") != FieldKind.CHOICE:
            return data | {"choices": []}
        if not 2 <= len(choices) <= MOST_CHOICES or any(len(each) > 80 for each in choices):
            text = f"Give from 2 to {MOST_CHOICES} choices, each of at most 80 characters."
            self.add_error("choices", text)
        return data

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if self.instance.pk and self.instance.kind != kind:
            raise forms.ValidationError("A field keeps its kind: retire it and define another.")
        return kind

    def save(self, commit: bool = True) -> CustomField:
        field: CustomField = super().save(commit=False)
        field.key = field.key or _free_key(field.name)
        if commit:
            field.save()
        return field


def _free_key(name: str) -> str:
    """A key of the name that no field has, retired ones included."""
    key = slugify(name)[:34].replace("-", "_") or "field"
    taken = set(CustomField.objects.values_list("key", flat=True))
    return next(k for n in range(1, 9_999) if (k := key if n == 1 else f"{key}_{n}") not in taken)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def listing(request: Request) -> HttpResponse:
    form = FieldForm(request.POST or None)
    if form.is_bound and form.is_valid():
        field = form.save()
        messages.success(request, f"Incidents have the field {field.name} now.")
        return redirect("web:fields")
    context = {
        "fields": CustomField.objects.filter(retired_at__isnull=True),
        "retired": CustomField.objects.filter(retired_at__isnull=False),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/settings/fields.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def edit(request: Request, pk: int) -> HttpResponse:
    field = CustomField.objects.filter(pk=pk).first()
    if field is None:
        raise NotFound("There is no such field.", "Look at the list of fields.")
    if request.POST.get("do") in {"retire", "restore"}:
        return _retire(request, field, retires=request.POST["do"] == "retire")
    form = FieldForm(request.POST or None, instance=field)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, f"{field.name} is saved.")
        return redirect("web:fields")
    context = {"field": field, "form": form, "history": field.history.all()[:20]}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/settings/field.html", context, status=status)


def _retire(request: Request, field: CustomField, *, retires: bool) -> HttpResponse:
    field.retired_at = clock.now() if retires else None
    field.save()
    told = "is asked for no more. What it holds stays readable" if retires else "is back"
    messages.success(request, f"{field.name} {told}.")
    return redirect("web:fields")
