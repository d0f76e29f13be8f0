"""Forms whose fields the plug-ins describe: a new kind of rule or source needs no edit here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from incidents.kernel.errors import Conflict, Invalid
from incidents.kernel.options import Option
from incidents.models import (
    Comparator,
    DetectionRule,
    NoData,
    RuleMode,
    Service,
    Severity,
    SourceKind,
    Team,
    TelemetrySource,
)
from incidents.sources.detection import KINDS, Kind
from incidents.sources.detection.writing import check, save_rule, save_source
from incidents.telemetry import CLIENTS

PREFIX: Final = "set_"
ONE_LINE: Final = 500
_INPUT: Final = {"class": "input", "autocomplete": "off"}
_SELECT: Final = {"class": "select"}
_AREA: Final = {"class": "textarea mono", "rows": 3, "spellcheck": "false"}


def kinds() -> list[tuple[str, str]]:
    return [(slug, kind.label) for slug, kind in KINDS.items()]


def _field(option: Option, initial: Any) -> forms.Field:
    words: dict[str, Any] = {
        "label": option.label,
        "help_text": option.help,
        "required": option.default is None,
        "initial": option.default if initial is None else initial,
    }
    if option.kind in ("number", "whole"):
        shape = forms.IntegerField if option.kind == "whole" else forms.FloatField
        step = {} if option.kind == "whole" else {"step": "any"}
        return shape(widget=forms.NumberInput({**_INPUT, **step}), **words)
    if option.kind == "choice":
        return forms.ChoiceField(
            choices=list(option.choices), widget=forms.Select(_SELECT), **words
        )
    if option.kind == "rules":
        rows = DetectionRule.objects.exclude(kind="composite").order_by("name")
        return forms.TypedMultipleChoiceField(
            coerce=int,
            choices=lambda: list(rows.values_list("pk", "name")[:500]),
            widget=forms.SelectMultiple({"class": "textarea", "size": 8}),
            **words,
        )
    # A one-line input takes the line ends out of what is pasted: a certificate needs them.
    one_line = forms.TextInput({**_INPUT, "class": "input mono"})
    widget = forms.Textarea(_AREA) if option.limit > ONE_LINE else one_line
    return forms.CharField(max_length=option.limit, widget=widget, **words)


class Described(forms.Form):
    """A form with a field for each setting that its plug-in describes."""

    def describe(self, options: Sequence[Option], values: Mapping[str, Any]) -> None:
        for option in options:
            self.fields[PREFIX + option.name] = _field(option, values.get(option.name))

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data.items()
        return {name.removeprefix(PREFIX): v for name, v in given if name.startswith(PREFIX)}

    @property
    def of_settings(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def refuse(self, error: Invalid | Conflict) -> None:
        """What the verb said, at the field it is about."""
        told = error.field if isinstance(error, Invalid) else "name"
        at = next((name for name in (told, PREFIX + told) if name in self.fields), None)
        self.add_error(at, str(error))


class RuleForm(Described):
    name = forms.CharField(max_length=120, widget=forms.TextInput(_INPUT))
    description = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea({"class": "textarea", "rows": 2})
    )
    source = forms.ModelChoiceField(
        TelemetrySource.objects.all(),
        required=False,
        empty_label="None",
        widget=forms.Select(_SELECT),
    )
    query = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(_AREA))
    comparator = forms.ChoiceField(
        label="Alert when the value is",
        choices=Comparator.choices,
        initial=Comparator.ABOVE,
        widget=forms.Select(_SELECT),
    )
    threshold = forms.FloatField(
        label="Threshold", initial=0, widget=forms.NumberInput({**_INPUT, "step": "any"})
    )
    hold_seconds = forms.IntegerField(
        label="For at least, seconds",
        min_value=0,
        max_value=86_400,
        initial=0,
        widget=forms.NumberInput(_INPUT),
    )
    interval_seconds = forms.IntegerField(
        label="Every, seconds",
        min_value=5,
        max_value=86_400,
        initial=60,
        widget=forms.NumberInput(_INPUT),
    )
    no_data = forms.ChoiceField(
        label="Without data", choices=NoData.choices, widget=forms.Select(_SELECT)
    )
    severity = forms.ModelChoiceField(
        Severity.objects.all(), empty_label=None, widget=forms.Select(_SELECT)
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        required=False,
        empty_label="None of ours",
        widget=forms.Select(_SELECT),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        required=False,
        empty_label="The team of the service",
        label="Incidents go to",
        widget=forms.Select(_SELECT),
    )
    runbook = forms.SlugField(
        required=False,
        max_length=80,
        label="Runbook to put first",
        widget=forms.TextInput(
            {**_INPUT, "class": "input mono", "placeholder": "the end of its address"}
        ),
    )
    mode = forms.ChoiceField(
        choices=RuleMode.choices, initial=RuleMode.SHADOW, widget=forms.Select(_SELECT)
    )

    def __init__(self, data: Any = None, *, rule: DetectionRule, kind: str) -> None:
        self.rule, self.kind = rule, KINDS[kind]
        super().__init__(data, initial=_initial(rule))
        self.rule.kind = kind
        known = rule.settings if rule.pk else {}
        self.describe(self.kind.options, known)
        for name in _needless(self.kind):
            del self.fields[name]

    def read(self) -> bool:
        """Put what was typed into the rule, unsaved; whether it can be judged."""
        if not self.is_valid():
            return False
        for name, value in self._changes().items():
            setattr(self.rule, name, value)
        try:
            check(self.rule)
        except Invalid as error:
            self.refuse(error)
        return not self.errors

    def save(self) -> bool:
        if not self.is_valid():
            return False
        try:
            save_rule(self.rule, self._changes())
        except (Invalid, Conflict) as error:
            self.refuse(error)
        return not self.errors

    def _changes(self) -> dict[str, Any]:
        given = self.cleaned_data.items()
        plain = {name: v for name, v in given if not name.startswith(PREFIX)}
        return {**plain, "settings": self.settings()}


def _initial(rule: DetectionRule) -> dict[str, Any]:
    if not rule.pk:
        return {}
    names = ("name", "description", "source", "query", "comparator", "threshold", "mode")
    more = ("hold_seconds", "interval_seconds", "no_data", "severity", "service", "team", "runbook")
    return {name: getattr(rule, name) for name in (*names, *more)}


def _needless(kind: Kind) -> list[str]:
    """Fields that say nothing to this kind."""
    names = [] if kind.compares else ["comparator", "threshold"]
    if kind.reads == "rules":
        names += ["source", "query"]
    return names


class SourceForm(Described):
    name = forms.CharField(max_length=120, widget=forms.TextInput(_INPUT))
    url = forms.URLField(
        max_length=500,
        label="Address",
        assume_scheme="http",
        widget=forms.URLInput({**_INPUT, "placeholder": "http://prometheus:9090"}),
    )
    token = forms.CharField(
        required=False,
        max_length=5000,
        help_text="Sent as a bearer token. Kept encrypted and never shown again.",
        widget=forms.PasswordInput({**_INPUT, "autocomplete": "new-password"}),
    )
    timeout_seconds = forms.IntegerField(
        label="Time-out, seconds",
        min_value=1,
        max_value=30,
        initial=10,
        widget=forms.NumberInput(_INPUT),
    )

    def __init__(self, data: Any = None, *, source: TelemetrySource, kind: str) -> None:
        self.source, self.client = source, CLIENTS[kind]
        names = ("name", "url", "timeout_seconds")
        initial = {name: getattr(source, name) for name in names} if source.pk else {}
        super().__init__(data, initial=initial)
        source.kind = kind
        self.describe(self.client.options, source.settings if source.pk else {})
        if source.sealed_token:
            self.fields["token"].help_text = "One is stored. Empty: it stays."

    def save(self) -> bool:
        if not self.is_valid():
            return False
        names = ("name", "url", "timeout_seconds")
        changes = {name: self.cleaned_data[name] for name in names} | {"settings": self.settings()}
        if self.cleaned_data["token"]:
            changes["token"] = self.cleaned_data["token"]
        try:
            save_source(self.source, changes)
        except (Invalid, Conflict) as error:
            self.refuse(error)
        return not self.errors


def source_kinds() -> list[tuple[str, str]]:
    return [(kind.value, kind.label) for kind in SourceKind]
