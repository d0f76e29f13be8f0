"""One form for a new heartbeat and for changing one."""

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms

from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Heartbeat, HeartbeatSchedule, Service, Severity
from incidents.sources.heartbeats import writing

UNITS: Final = (
    ("1", "seconds"),
    ("60", "minutes"),
    ("3600", "hours"),
    ("86400", "days"),
)
# Most jobs that do not run are no emergency yet.
USUAL_RANK: Final = 2
_INPUT: Final = {"class": "input", "autocomplete": "off"}
_SELECT: Final = {"class": "select"}
_NAMES: Final = ("name", "description", "severity", "service", "schedule", "cron", "time_zone")


def _amount(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=40_000_000, widget=forms.NumberInput(_INPUT)
    )


def _unit() -> forms.ChoiceField:
    return forms.ChoiceField(label="Unit", choices=UNITS, widget=forms.Select(_SELECT))


class HeartbeatForm(forms.Form):
    name = forms.CharField(
        max_length=120, widget=forms.TextInput({**_INPUT, "placeholder": "Nightly backup"})
    )
    description = forms.CharField(
        required=False,
        max_length=2000,
        help_text="What the job does, and what to look at when it does not.",
        widget=forms.Textarea({"class": "textarea", "rows": 2}),
    )
    schedule = forms.ChoiceField(
        label="It runs",
        choices=HeartbeatSchedule.choices,
        initial=HeartbeatSchedule.INTERVAL,
        widget=forms.Select(_SELECT),
    )
    interval = _amount("Every")
    interval_unit = _unit()
    cron = forms.CharField(
        label="Cron expression",
        max_length=120,
        required=False,
        help_text="Minute, hour, day of the month, month, day of the week: 0 2 * * *",
        widget=forms.TextInput({**_INPUT, "class": "input mono", "placeholder": "0 2 * * *"}),
    )
    time_zone = forms.CharField(
        label="Time zone of the expression",
        max_length=64,
        initial="UTC",
        required=False,
        help_text="As in Europe/Berlin.",
        widget=forms.TextInput({**_INPUT, "list": "zones", "spellcheck": "false"}),
    )
    grace = _amount("Time of grace")
    grace_unit = _unit()
    severity = forms.ModelChoiceField(
        Severity.objects.all(), empty_label=None, widget=forms.Select(_SELECT)
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        required=False,
        empty_label="None of ours",
        widget=forms.Select(_SELECT),
    )

    def __init__(self, data: Any = None, *, heartbeat: Heartbeat | None = None) -> None:
        self.heartbeat = heartbeat
        super().__init__(data, initial=_initial(heartbeat or Heartbeat()))

    def changes(self) -> dict[str, Any]:
        given = self.cleaned_data
        told = {name: given[name] for name in _NAMES}
        told["time_zone"] = given["time_zone"] or "UTC"
        told["interval_seconds"] = given["interval"] * int(given["interval_unit"])
        told["grace_seconds"] = given["grace"] * int(given["grace_unit"])
        return told

    def read(self) -> Heartbeat | None:
        """What was typed, unsaved, for the preview; None where it makes no heartbeat yet."""
        return Heartbeat(**self.changes()) if self.is_valid() else None

    def save(self) -> Heartbeat | None:
        if not self.is_valid():
            return None
        try:
            if self.heartbeat is None:
                return writing.create(self.changes())
            return writing.change(self.heartbeat.slug, self.changes())
        except (Invalid, Conflict) as error:
            self.refuse(error)
            return None

    def refuse(self, error: Invalid | Conflict) -> None:
        """What the verb said, at the field it is about."""
        told = error.field.removesuffix("_seconds") if isinstance(error, Invalid) else "name"
        self.add_error(told if told in self.fields else None, str(error))


def _initial(heartbeat: Heartbeat) -> dict[str, Any]:
    told = {
        name: getattr(heartbeat, name) for name in _NAMES if name not in ("severity", "service")
    }
    if heartbeat.pk:
        told |= {"severity": heartbeat.severity_id, "service": heartbeat.service_id}
    else:
        told["severity"] = Severity.objects.filter(rank=USUAL_RANK).first()
    told["interval"], told["interval_unit"] = _split(heartbeat.interval_seconds)
    told["grace"], told["grace_unit"] = _split(heartbeat.grace_seconds)
    return told


def _split(seconds: int) -> tuple[int, str]:
    """The largest unit that leaves a whole number: 3600 is 1 hour, 90 is 90 seconds."""
    unit = next(int(size) for size, _ in reversed(UNITS) if seconds % int(size) == 0)
    return seconds // unit, str(unit)


def zone_names() -> list[str]:
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")
