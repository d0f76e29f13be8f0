"""The form that plans maintenance: what, when, and how often."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone

from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import AfterWindow, MaintenanceWindow, User
from incidents.pipeline.noise import settings, windows
from incidents.web.noise.fields import INPUT, DurationField, MatchersField, WallClockField
from incidents.web.noise.hours_form import HoursForm
from incidents.web.noise.recurrences import Recurrence

_WEEK: Final = 7 * 24 * 3600
# What the hours of a window depend on.
HOURS: Final = (
    *("starts_at", "lasts", "time_zone", "repeats", "days", "nth", "weekday", "recurrence"),
)


class WindowForm(HoursForm):
    name = forms.CharField(
        max_length=120,
        label="What is done",
        widget=forms.TextInput({**INPUT, "placeholder": "Upgrade of the database"}),
    )
    matchers = MatchersField(
        label="Alerts that are expected",
        help_text="Those that match open no incident meanwhile. One a line; all must fit.",
    )
    starts_at = WallClockField(label="Begins", help_text="For the first time.")
    lasts = DurationField(most=_WEEK, bare="m", required=True, label="Lasts", initial=7200)
    afterwards = forms.ChoiceField(
        choices=AfterWindow.choices,
        initial=AfterWindow.OPEN,
        label="When it is over",
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        max_length=2000,
        required=False,
        label="What others should know",
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
    )

    def __init__(
        self, data: Any = None, *, window: MaintenanceWindow, viewer: User | None = None
    ) -> None:
        self.planned = window
        super().__init__(data, initial=_initial(window, viewer))
        self.fields["time_zone"].help_text = "The hour stays the same when its clocks change."

    def window(self, *needed: str) -> MaintenanceWindow:
        """The window as typed, unsaved. Raises Invalid when one of the fields `needed` is wrong."""
        if any(name in self.errors for name in needed):
            raise Invalid("Fill in when it is, and for which alerts.", field=needed[0])
        given, row = self.cleaned_data, self.planned
        row.time_zone = given["time_zone"]
        row.starts_at = given["starts_at"].replace(tzinfo=ZoneInfo(row.time_zone))
        row.minutes = given["lasts"] // 60
        row.recurrence = windows.checked_recurrence(self.chosen_recurrence())
        row.matchers = [matcher.as_data() for matcher in given.get("matchers", [])]
        row.afterwards = given.get("afterwards") or AfterWindow.OPEN
        return row

    def save(self, by: User | None) -> bool:
        if not self.is_valid():
            return False
        try:
            window = self.window()
            window.name, window.comment = self.cleaned_data["name"], self.cleaned_data["comment"]
            if window._state.adding:  # noqa: SLF001  Django's word
                window.created_by = by
            settings.plan(window)
        except Invalid as error:
            field = {"minutes": "lasts"}.get(error.field, error.field)
            self.add_error(field if field in self.fields else None, str(error))
        return not self.errors

    def forget_errors_but(self, *names: str) -> None:
        """Before saving, only what the preview needs has to be right."""
        for name in set(self.errors) - set(names):
            del self.errors[name]


@cache
def zone_names() -> list[str]:
    """The zones to choose from, without their old and technical names."""
    return sorted(name for name in available_timezones() if "/" in name and name[:4] != "Etc/")


def _initial(window: MaintenanceWindow, viewer: User | None) -> dict[str, Any]:
    if not window.name:
        zone = (viewer.time_zone if viewer else "") or timezone.get_current_timezone_name()
        return {"time_zone": zone, "starts_at": _next_hour(ZoneInfo(zone))}
    chosen = Recurrence.of(window.recurrence)
    same = ("name", "matchers", "time_zone", "afterwards", "comment")
    return {
        **{name: getattr(window, name) for name in same},
        "starts_at": window.starts_at.astimezone(window.zone).replace(tzinfo=None),
        "lasts": window.minutes * 60,
        "repeats": chosen.choice,
        "days": list(chosen.days),
        "nth": chosen.nth,
        "weekday": chosen.weekday,
        "recurrence": chosen.rule,
    }


def _next_hour(zone: ZoneInfo) -> datetime:
    local = clock.now().astimezone(zone).replace(tzinfo=None)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
