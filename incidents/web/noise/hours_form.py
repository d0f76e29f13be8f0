"""The part of a form that says in which zone, how long and how often planned work is done."""

from typing import Final
from zoneinfo import available_timezones

from django import forms

from incidents.kernel.errors import Invalid
from incidents.web.noise import recurrences
from incidents.web.noise.fields import INPUT
from incidents.web.noise.recurrences import Recurrence

_SELECT: Final = {"class": "select"}


class HoursForm(forms.Form):
    """Forms that take it add `starts_at` and `lasts`."""

    time_zone = forms.CharField(
        max_length=60,
        label="Time zone",
        widget=forms.TextInput({**INPUT, "list": "zones", "placeholder": "Europe/Berlin"}),
    )
    repeats = forms.ChoiceField(
        choices=recurrences.CHOICES,
        initial=recurrences.ONCE,
        label="How often",
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        choices=recurrences.WEEKDAYS,
        required=False,
        label="On",
        widget=forms.CheckboxSelectMultiple,
    )
    nth = forms.ChoiceField(
        choices=recurrences.NTH, required=False, label="The", widget=forms.Select(_SELECT)
    )
    weekday = forms.ChoiceField(
        choices=recurrences.WEEKDAYS,
        initial="SU",
        required=False,
        label="Weekday",
        widget=forms.Select(_SELECT),
    )
    recurrence = forms.CharField(
        max_length=300,
        required=False,
        label="Rule",
        help_text="For instance FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;UNTIL=20271231T000000Z.",
        widget=forms.TextInput({**INPUT, "class": "input mono"}),
    )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            told = f"There is no time zone {name!r}. Write for instance Europe/Berlin."
            raise forms.ValidationError(told)
        return name

    def clean_lasts(self) -> int:
        seconds: int = self.cleaned_data["lasts"]
        if seconds < 60:
            raise forms.ValidationError("A minute at least.")
        return seconds

    def chosen_recurrence(self) -> str:
        """An RRULE as typed or chosen, unchecked; empty where it happens once. Raises Invalid."""
        given = self.cleaned_data
        chosen = Recurrence(
            given.get("repeats") or recurrences.ONCE,
            tuple(given.get("days", ())),
            given.get("nth") or "1",
            given.get("weekday") or "SU",
            given.get("recurrence", ""),
        )
        if chosen.choice == recurrences.RULE and not chosen.rule:
            raise Invalid("Write the rule, or choose how often.", field="recurrence")
        return chosen.text
