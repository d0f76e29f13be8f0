"""The forms of grouping policies and inhibitions."""

from typing import Any, Final

from django import forms

from incidents.kernel.errors import Invalid
from incidents.models import GroupingPolicy, Inhibition
from incidents.pipeline.noise import settings
from incidents.web.noise.fields import INPUT, DurationField, LabelsField, MatchersField

_HOUR, _DAY = 3600, 86_400
_FLAPS: Final = {**INPUT, "inputmode": "numeric"}


class PolicyForm(forms.Form):
    name = forms.CharField(
        max_length=120, widget=forms.TextInput({**INPUT, "placeholder": "Checkout"})
    )
    matchers = MatchersField(
        required=False,
        label="For alerts that match",
        help_text="One a line; all must fit. Empty: every alert that no policy above is for.",
    )
    group_by = LabelsField(
        label="Together by",
        help_text="Alerts with the same values of these labels share an incident: alertname, "
        "cluster. Empty: by service, else the sender's group, else the name.",
    )
    wait = DurationField(
        most=_HOUR,
        label="Wait for others",
        help_text="The first alert is held that long. What passes meanwhile opens nothing.",
    )
    interval = DurationField(
        most=_DAY,
        label="Say that more joined at most every",
        help_text="Keeps the timeline short while alerts keep joining.",
    )
    repeat = DurationField(
        most=7 * _DAY,
        label="Remind every",
        help_text="The incident says that its alerts still fire.",
    )
    cooldown = DurationField(
        most=7 * _DAY,
        label="Open the same incident again within",
        help_text="What comes back that soon after the end is no new incident.",
    )
    auto_resolve = DurationField(
        most=30 * _DAY,
        label="Over when not heard of for",
        help_text="For senders that never say that it is over.",
    )
    flap_changes = forms.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        label="Flapping from this many openings on",
        help_text="Held until it is steady. Empty: never.",
        widget=forms.TextInput(_FLAPS),
    )
    flap_window = DurationField(
        most=_DAY, label="… within", initial=600, help_text="And for as long it must be steady."
    )
    enabled = forms.BooleanField(
        required=False, initial=True, label="In use", widget=forms.CheckboxInput({"class": "tick"})
    )

    def __init__(self, data: Any = None, *, row: GroupingPolicy) -> None:
        self.row = row
        names = ("name", "matchers", "group_by", "flap_changes", "enabled", *_DURATIONS)
        initial = {name: getattr(row, name) for name in names} if row.name else {}
        initial["flap_changes"] = row.flap_changes or None
        super().__init__(data, initial=initial)

    def clean_flap_changes(self) -> int:
        return self.cleaned_data["flap_changes"] or 0

    def typed(self) -> GroupingPolicy:
        """The policy as typed, unsaved. Raises Invalid while something is wrong."""
        _need(self, "name")
        given, row = self.cleaned_data, self.row
        for name in ("group_by", "flap_changes", "enabled", *_DURATIONS):
            setattr(row, name, given[name])
        row.name = given.get("name") or row.name or "This policy"
        row.matchers = [matcher.as_data() for matcher in given["matchers"]]
        if row._state.adding:  # noqa: SLF001  Django's word
            row.position = settings.last_position()
        return row

    def save(self) -> bool:
        return self.is_valid() and _saved(self, lambda: settings.group(self.typed()))


_DURATIONS: Final = ("wait", "interval", "repeat", "cooldown", "auto_resolve", "flap_window")


class InhibitionForm(forms.Form):
    name = forms.CharField(
        max_length=120, widget=forms.TextInput({**INPUT, "placeholder": "The cluster is down"})
    )
    source = MatchersField(
        label="While an alert fires that matches", help_text="The cause. One matcher a line."
    )
    target = MatchersField(
        label="those that match open no incident", help_text="What follows from it."
    )
    equal = LabelsField(
        label="if both have the same",
        help_text="Names of labels: cluster, region. Empty: whatever their labels.",
    )
    enabled = forms.BooleanField(
        required=False, initial=True, label="In use", widget=forms.CheckboxInput({"class": "tick"})
    )

    def __init__(self, data: Any = None, *, row: Inhibition) -> None:
        self.row = row
        names = ("name", "source", "target", "equal", "enabled")
        super().__init__(
            data, initial={name: getattr(row, name) for name in names} if row.name else {}
        )

    def typed(self) -> Inhibition:
        """The inhibition as typed, unsaved. Raises Invalid while something is wrong."""
        _need(self, "name")
        given, row = self.cleaned_data, self.row
        row.name = given.get("name") or row.name or "This inhibition"
        row.source = [matcher.as_data() for matcher in given["source"]]
        row.target = [matcher.as_data() for matcher in given["target"]]
        row.equal, row.enabled = given["equal"], given["enabled"]
        return row

    def save(self) -> bool:
        return self.is_valid() and _saved(self, lambda: settings.inhibit(self.typed()))


def _need(form: forms.Form, *but: str) -> None:
    if set(form.errors) - set(but):
        raise Invalid("Something above is not right yet.", "Then this shows what it would do.")


def _saved(form: forms.Form, save: Any) -> bool:
    try:
        save()
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return not form.errors
