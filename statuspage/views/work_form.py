"""The form that announces planned work, once or again and again."""

import re
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import User
from incidents.web.noise.fields import INPUT, DurationField, WallClockField, short
from incidents.web.noise.hours_form import HoursForm
from statuspage.models import Component, Maintenance, StatusPage
from statuspage.services.series import Recurring
from statuspage.services.work import MAX_BODY, MAX_TITLE, Work

_LONGEST: Final = 30 * 24 * 3600


class RemindersField(forms.CharField):
    """“1 d, 1 h”: how long before the start; in Python minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({**INPUT, "placeholder": "none"}))
        super().__init__(max_length=100, required=False, **kwargs)
        self._one = DurationField(most=_LONGEST, bare="m")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(short(minutes * 60) for minutes in value)
        return value

    def clean(self, value: Any) -> Any:
        pieces = [piece for piece in re.split(r"[,;]", super().clean(value)) if piece.strip()]
        minutes = [self._one.clean(piece) // 60 for piece in pieces]
        return sorted({one for one in minutes if one}, reverse=True)


class WorkForm(HoursForm):
    title = forms.CharField(
        max_length=MAX_TITLE,
        label="What is done, as customers would say it",
        widget=forms.TextInput({**INPUT, "placeholder": "Upgrade of our database"}),
    )
    body = forms.CharField(
        max_length=MAX_BODY,
        required=False,
        label="What customers need to know",
        help_text="Markdown. Empty: a sentence that names the components.",
        widget=forms.Textarea({"class": "textarea", "rows": 4}),
    )
    components = forms.MultipleChoiceField(
        required=False, label="Components", widget=forms.CheckboxSelectMultiple
    )
    starts_at = WallClockField(label="Begins")
    lasts = DurationField(most=_LONGEST, bare="m", required=True, label="Lasts", initial=3600)
    reminders = RemindersField(
        label="Remind subscribers", help_text="How long before: 1 d, 1 h for instance."
    )
    starts_itself = forms.BooleanField(required=False, initial=True, label="Begins by itself")
    ends_itself = forms.BooleanField(required=False, initial=True, label="Ends by itself")
    silences = forms.BooleanField(
        required=False,
        initial=True,
        label="Meanwhile alerts of these components’ services open no incidents",
    )
    notifies = forms.BooleanField(required=False, initial=True, label="Tell subscribers")

    def __init__(
        self,
        page: StatusPage,
        data: Any = None,
        *,
        planned: Maintenance | None = None,
        viewer: User | None = None,
    ) -> None:
        self.planned = planned
        super().__init__(data, initial=_initial(planned, viewer))
        rows = page.components.select_related("service")
        self.fields["components"].choices = [(str(row.pk), _named(row)) for row in rows]  # type: ignore[attr-defined]  # a ChoiceField
        # One that is there already happens once, and its form does not ask.
        self.fields["repeats"].required = False
        if planned is not None:
            self.fields["body"].label = "What customers are told, where the dates change"
            self.fields["body"].help_text = "Empty: a sentence with the new dates and the old."

    def work(self) -> Work:
        given = self.cleaned_data
        starts_at = given["starts_at"].replace(tzinfo=ZoneInfo(given["time_zone"]))
        same = ("title", "body", "reminders", "starts_itself", "ends_itself")
        return Work(
            starts_at=starts_at,
            ends_at=starts_at + timedelta(seconds=given["lasts"]),
            components=[int(pk) for pk in given["components"]],
            silences=given["silences"],
            notifies=given["notifies"],
            **{name: given[name] for name in same},
        )

    def recurring(self) -> Recurring | None:
        """None where it happens once."""
        recurrence = self.chosen_recurrence()
        if not recurrence:
            return None
        zone: str = self.cleaned_data["time_zone"]
        return Recurring(work=self.work(), recurrence=recurrence, time_zone=zone)

    def blame(self, error: Invalid) -> None:
        """Show what a verb found wrong where it was typed."""
        field = {"ends_at": "lasts"}.get(error.field, error.field)
        self.add_error(field if field in self.fields else None, str(error))


def _named(row: Component) -> str:
    """With the service whose alerts are meant, where that is called something else."""
    service = row.service.name if row.service else row.name
    return row.name if service == row.name else f"{row.name} · {service}"


def _initial(planned: Maintenance | None, viewer: User | None) -> dict[str, Any]:
    zone = (viewer.time_zone if viewer else "") or timezone.get_current_timezone_name()
    if planned is None:
        start = clock.now().astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=1)
        return {"time_zone": zone, "starts_at": _on_the_hour(start), "reminders": [1440, 60]}
    same = ("title", "reminders", "starts_itself", "ends_itself", "silences", "notifies")
    return {
        **{name: getattr(planned, name) for name in same},
        "time_zone": zone,
        "starts_at": planned.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        "lasts": round((planned.ends_at - planned.starts_at).total_seconds()),
        "components": [str(pk) for pk in planned.components.values_list("pk", flat=True)],
    }


def _on_the_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
