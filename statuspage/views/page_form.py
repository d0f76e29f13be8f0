"""The forms of a page: for whom it is and how it counts; how it looks; what it lists."""

from typing import Any, ClassVar, Final

from django import forms

from incidents.kernel.errors import Invalid
from incidents.models import Severity, Team
from statuspage.models import (
    Component,
    ComponentGroup,
    ImageKind,
    Language,
    StatusPage,
    UpdateTemplate,
)

_TEXT: Final = {"class": "input", "autocomplete": "off"}
_AREA: Final = {"class": "textarea", "rows": 3}
_COLOUR: Final = {**_TEXT, "class": "input mono", "placeholder": "as the product", "maxlength": 7}


def _dressed(form: forms.BaseForm) -> None:
    """The classes that the console's fields have."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.Select):
            widget.attrs.setdefault("class", "select")
        elif isinstance(widget, forms.Textarea):
            widget.attrs.setdefault("class", "textarea")
        elif not isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
            widget.attrs.setdefault("class", "input")


def blame(form: forms.BaseForm, error: Invalid) -> None:
    """Show what a verb found wrong where it was typed."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


class LinesField(forms.CharField):
    """One thing a line; in Python a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(_AREA), required=False, max_length=5000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class LinksField(LinesField):
    """“Help https://example.com/help”, one a line; in Python a list of {label, url}."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{link['label']} {link['url']}" for link in value)
        return value

    def clean(self, value: Any) -> Any:
        found = []
        for line in super().clean(value):
            label, _, url = line.rpartition(" ")
            if not label.strip():
                told = f"“{line[:60]}” needs a name before its address."
                raise forms.ValidationError(told)
            found.append({"label": label.strip(), "url": url})
        return found


class PageForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    languages = forms.MultipleChoiceField(
        choices=Language.choices,
        required=False,
        label="It can be read too in",
        widget=forms.CheckboxSelectMultiple,
    )
    networks = LinesField(
        label="Networks", help_text="One a line, such as 10.0.0.0/8. None: from anywhere."
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(),
        required=False,
        label="Only members of",
        help_text="None: everybody who is signed in.",
        widget=forms.CheckboxSelectMultiple,
    )
    new_password = forms.CharField(
        max_length=200,
        required=False,
        label="Password",
        help_text="Whoever has it may read the page. It is kept as a hash only.",
        widget=forms.PasswordInput({**_TEXT, "autocomplete": "new-password"}),
    )
    no_password = forms.BooleanField(required=False, label="Ask for no password")

    class Meta:
        model = StatusPage
        fields: ClassVar[tuple[str, ...]] = (
            *("name", "slug", "description", "enabled", "host", "language", "languages"),
            *("searchable", "takes_subscribers", "needs_approval", "audience", "asks_sign_in"),
            "shows_inside",
            *("networks", "shows_uptime", "partial_weight", "degraded_weight"),
            "maintenance_counts",
        )
        labels: ClassVar[dict[str, str]] = {
            "slug": "Address",
            "enabled": "It can be read",
            "host": "Own host name",
            "searchable": "Search engines may list it",
            "takes_subscribers": "People can subscribe",
            "needs_approval": "Updates need a second person’s approval",
            "audience": "Who reads it",
            "asks_sign_in": "Whoever is signed in here",
            "shows_inside": "It shows the inside of incidents",
            "shows_uptime": "It shows how available each component was",
            "partial_weight": "A partial outage counts, in percent",
            "degraded_weight": "Degraded counts, in percent",
            "maintenance_counts": "Maintenance counts as lost time",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "slug": "Below /status/; the default page is at /status.",
            "enabled": "Off, it answers “not found”.",
            "searchable": "",
            "needs_approval": "What one person writes, another one has to approve.",
            "shows_inside": "Reference, severity, service and who leads, with a link. "
            "Only where everybody has to sign in.",
            "maintenance_counts": "Otherwise it is left out of the count.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["teams"].initial = self.instance.teams.all()
        _dressed(self)

    @property
    def password(self) -> str | None:
        """As the verb takes it: None for the one there is."""
        if self.cleaned_data["no_password"]:
            return ""
        return self.cleaned_data["new_password"] or None


class NewPageForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = StatusPage
        fields: ClassVar[tuple[str, ...]] = ("name", "slug", "audience")
        labels: ClassVar[dict[str, str]] = {"slug": "Address", "audience": "Who reads it"}
        help_texts: ClassVar[dict[str, str]] = {"slug": "Below /status/, such as partners."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dressed(self)


class LookForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    links = LinksField(label="Links in the head", help_text="One a line: a name, then its address.")
    home_url = forms.URLField(
        required=False, label="Where the logo leads", assume_scheme="https", max_length=200
    )
    logo = forms.FileField(required=False, label="Logo")
    logo_dark = forms.FileField(required=False, label="Logo on dark")
    favicon = forms.FileField(required=False, label="Icon of the tab")

    class Meta:
        model = StatusPage
        fields: ClassVar[tuple[str, ...]] = (
            *("brand", "on_brand", "page_light", "surface_light", "page_dark", "surface_dark"),
            *("font", "corners", "theme", "links", "home_url", "support_url", "footer"),
        )
        labels: ClassVar[dict[str, str]] = {
            "brand": "Colour",
            "on_brand": "Text on it",
            "page_light": "Page, light",
            "surface_light": "Cards, light",
            "page_dark": "Page, dark",
            "surface_dark": "Cards, dark",
            "theme": "Light or dark",
            "support_url": "Help",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "support_url": "A page or mailto: address for customers who need help.",
        }
        widgets: ClassVar[dict[str, Any]] = {
            **{
                name: forms.TextInput(_COLOUR)
                for name in ("brand", "on_brand", "page_light", "surface_light")
            },
            **{name: forms.TextInput(_COLOUR) for name in ("page_dark", "surface_dark")},
            "footer": forms.Textarea(_AREA),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("brand", "on_brand"):
            self.fields[name].widget.attrs["data-contrast"] = name
        for kind in ImageKind:
            name = kind.value.replace("-", "_")
            self.fields[name].widget.attrs["accept"] = "image/png,image/jpeg,image/webp,image/gif"
        _dressed(self)

    def pictures(self) -> dict[str, bytes]:
        """What was chosen, by kind."""
        found = {}
        for kind in ImageKind:
            upload = self.cleaned_data.get(kind.value.replace("-", "_"))
            if upload:
                found[kind.value] = upload.read()
        return found


class ComponentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Component
        fields: ClassVar[tuple[str, ...]] = (
            *("name", "description", "group", "service", "follows_service"),
            *("only_if_degraded", "shows_uptime", "known_since"),
        )
        labels: ClassVar[dict[str, str]] = {
            "group": "In the group",
            "service": "Stands for the service",
            "follows_service": "Its state follows the service by itself",
            "only_if_degraded": "Shown only while it does not work as it should",
            "shows_uptime": "Shows how available it was",
            "known_since": "Counted from",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "service": "Incidents of the service suggest this component.",
            "follows_service": "Open incidents change it, without a word about them.",
            "only_if_degraded": "",
            "known_since": "Empty: from when it was listed.",
        }
        widgets: ClassVar[dict[str, Any]] = {
            "known_since": forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = self.instance.page.groups.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["group"].empty_label = "No group"  # type: ignore[attr-defined]
        self.fields["service"].empty_label = "None"  # type: ignore[attr-defined]
        _dressed(self)


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = ComponentGroup
        fields: ClassVar[tuple[str, ...]] = ("name", "parent", "starts_closed")
        labels: ClassVar[dict[str, str]] = {
            "parent": "In the group",
            "starts_closed": "Folded up while everything in it works",
        }
        help_texts: ClassVar[dict[str, str]] = {"starts_closed": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = self.instance.page.groups.exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["parent"].empty_label = "None: at the top"  # type: ignore[attr-defined]
        _dressed(self)


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    severities = forms.MultipleChoiceField(
        required=False,
        label="For severities",
        help_text="None: for each.",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = UpdateTemplate
        fields: ClassVar[tuple[str, ...]] = (
            *("name", "page", "state", "category", "severities", "title", "body", "enabled"),
        )
        labels: ClassVar[dict[str, str]] = {
            "page": "For the page",
            "state": "For the state",
            "category": "For incidents that are",
            "title": "Title, as customers would say it",
            "body": "What customers need to know",
            "enabled": "It is suggested",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "body": "Markdown. {components}, {within}, {page} and {started} are filled in."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Severity.objects.order_by("rank").values_list("code", "label")
        self.fields["severities"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (code, f"{code} {label}") for code, label in codes
        ]
        self.fields["page"].empty_label = "Every page"  # type: ignore[attr-defined]
        for name, word in (("state", "Every state"), ("category", "Of any kind")):
            choices = [one for one in self.fields[name].choices if one[0]]  # type: ignore[attr-defined]
            self.fields[name].choices = [("", word), *choices]  # type: ignore[attr-defined]
        _dressed(self)
