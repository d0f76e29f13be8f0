"""What people type into the pages of the hub, checked."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password

from incidents.kernel.errors import DomainError, Invalid
from incidents.kernel.options import Option
from incidents.models import Impact, IncidentType, Integration, Role, Scope, Service, Severity, User
from incidents.sources.adapters import ADAPTERS


class DeclareForm(forms.Form):
    title = forms.CharField(max_length=300, widget=forms.TextInput({"class": "input"}))
    severity = forms.ModelChoiceField(
        Severity.objects.all(), to_field_name="code", widget=forms.RadioSelect, empty_label=None
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="Not known yet",
        widget=forms.Select({"class": "select"}),
    )
    summary = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea({"class": "textarea", "rows": 3})
    )
    type = forms.ChoiceField(
        required=False,
        choices=[("", "Told by its words"), *IncidentType.choices],
        widget=forms.Select({"class": "select"}),
    )
    impact = forms.ChoiceField(
        required=False,
        label="Who is hit",
        choices=[("", "As the severity says"), *Impact.choices],
        widget=forms.Select({"class": "select"}),
    )
    private = forms.BooleanField(required=False)
    customer_impact = forms.CharField(
        required=False,
        max_length=20_000,
        label="What customers notice",
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
    )
    environment = forms.CharField(
        required=False, max_length=60, widget=forms.TextInput({"class": "input"})
    )
    regions = forms.CharField(
        required=False,
        max_length=1300,
        widget=forms.TextInput({"class": "input", "placeholder": "eu-west, us-east"}),
    )
    revenue_per_hour = forms.CharField(
        required=False,
        max_length=20,
        label="Revenue lost an hour",
        help_text="Leave it empty while nobody knows.",
        widget=forms.TextInput({"class": "input", "inputmode": "decimal"}),
    )
    revenue_currency = forms.CharField(
        required=False,
        max_length=3,
        label="Currency",
        widget=forms.TextInput({"class": "input", "placeholder": "EUR"}),
    )
    affected_services = forms.ModelMultipleChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        label="Other services hit",
        widget=forms.SelectMultiple({"class": "select many", "size": 4}),
    )

    PARTICULARS = ("regions", "revenue_per_hour", "revenue_currency", "affected_services")

    def blame(self, error: DomainError) -> None:
        field = error.field if isinstance(error, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(error))


class InviteForm(forms.Form):
    name = forms.CharField(max_length=120, widget=forms.TextInput({"class": "input"}))
    handle = forms.SlugField(
        max_length=60,
        widget=forms.TextInput({"class": "input"}),
        help_text="What mentions use, for instance ana.",
    )
    role = forms.ChoiceField(
        choices=Role.choices, initial=Role.RESPONDER, widget=forms.Select({"class": "select"})
    )

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"].lower()
        if User.objects.filter(username=handle).exists():
            raise forms.ValidationError("Somebody has this handle already.")
        return handle


class IntegrationForm(forms.Form):
    kind = forms.ChoiceField(widget=forms.Select({"class": "select"}))
    name = forms.CharField(max_length=120, widget=forms.TextInput({"class": "input"}))
    service = forms.ModelChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="As the alert says",
        widget=forms.Select({"class": "select"}),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101  narrows the type
        kind.choices = kinds


class IntegrationSettingsForm(forms.Form):
    """What an integration is told: the common things, and the fields of its own kind."""

    name = forms.CharField(max_length=120, widget=forms.TextInput({"class": "input"}))
    service = forms.ModelChoiceField(
        Service.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="As the alert says",
        label="Default service",
        widget=forms.Select({"class": "select"}),
    )
    expires_at = forms.DateTimeField(
        required=False,
        label="Key works until",
        help_text="In your own time zone. Empty: always.",
        widget=forms.DateTimeInput({"class": "input", "type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, integration: Integration, **kwargs: Any) -> None:
        initial = {
            "name": integration.name,
            "service": integration.service,
            "expires_at": integration.expires_at,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self._integration = integration
        adapter = ADAPTERS[integration.kind]
        self._told = [f for f in adapter.all_fields if not f.name.startswith("mapping.")]
        for field in self._told:
            self.fields[field.name] = _option(field, integration.options)
        if adapter.signed:
            self.fields["secret"] = _secret(adapter.signed, is_set=bool(integration.secret))
            self.fields["unsigned"] = forms.BooleanField(
                required=False, label="Take unsigned messages: forget the secret"
            )

    def changes(self) -> dict[str, Any]:
        """What `integrations.configure` takes; the mapping stays, and so does a secret that
        nobody typed."""
        data = self.cleaned_data
        options = {field.name: data[field.name] for field in self._told if data[field.name]}
        if "mapping" in self._integration.options:
            options["mapping"] = self._integration.options["mapping"]
        changes = {name: data[name] for name in ("name", "service", "expires_at")}
        changes["options"] = options
        if data.get("secret") or data.get("unsigned"):
            changes["secret"] = data.get("secret", "")
        return changes

    def blame(self, error: Invalid) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


def _option(field: Option, options: Mapping[str, Any]) -> forms.CharField:
    widget = {"class": "input", "placeholder": field.placeholder, "autocomplete": "off"}
    return forms.CharField(
        required=False,
        max_length=4000,
        label=field.label,
        help_text=field.help,
        initial=field.shown(options),
        widget=forms.TextInput(widget),
    )


def _secret(label: str, *, is_set: bool) -> forms.CharField:
    told = "It is set. Type another to replace it." if is_set else "None yet: not checked."
    widget = forms.PasswordInput({"class": "input", "autocomplete": "new-password"})
    return forms.CharField(
        required=False, max_length=400, label=label, help_text=told, widget=widget
    )


class KeyForm(forms.Form):
    name = forms.CharField(max_length=120, widget=forms.TextInput({"class": "input"}))
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.READ]
    )
    expires_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        widget=forms.NumberInput({"class": "input"}),
        help_text="Days until it expires; empty: never.",
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        label="Handle",
        widget=forms.TextInput({"class": "input", "autocomplete": "username"}),
    )
    password = forms.CharField(
        max_length=4096,
        widget=forms.PasswordInput({"class": "input", "autocomplete": "current-password"}),
    )


class AccountForm(forms.Form):
    """A person's own name, time zone and, where they want one, password."""

    name = forms.CharField(max_length=120, widget=forms.TextInput({"class": "input"}))
    email = forms.EmailField(required=False, widget=forms.EmailInput({"class": "input"}))
    time_zone = forms.ChoiceField(
        required=False,
        choices=lambda: [
            ("", "As on my device"),
            *((zone, zone) for zone in sorted(available_timezones())),
        ],
        widget=forms.Select({"class": "select"}),
    )
    password = forms.CharField(
        required=False,
        max_length=4096,
        label="New password",
        help_text="Leave empty to keep things as they are. At least 12 characters.",
        widget=forms.PasswordInput({"class": "input", "autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        initial = {"name": user.name, "email": user.email, "time_zone": user.time_zone}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self._user)
        return password

    def save(self) -> None:
        data = self.cleaned_data
        self._user.name, self._user.email = data["name"], data["email"]
        self._user.time_zone = data["time_zone"]
        if data["password"]:
            self._user.set_password(data["password"])
        self._user.save()
