"""Form fields for what people type into the rules against noise."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms

from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import Matcher, from_data, parse, written

INPUT: Final = {"class": "input", "autocomplete": "off"}
MONO: Final = {"class": "textarea mono", "rows": 3, "spellcheck": "false", "autocomplete": "off"}
AT_MINUTE: Final = "%Y-%m-%dT%H:%M"
_SECONDS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PIECE: Final = re.compile(r"(\d{1,9})\s*([a-z]*)\.?[\s,]*")


class MatchersField(forms.CharField):
    """Matchers as Alertmanager writes them, one a line; in Python a list of them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea({**MONO, "placeholder": 'service="checkout"'}))
        super().__init__(max_length=20_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            rows = [m if isinstance(m, Matcher) else from_data([m])[0] for m in value]
            return written(rows)
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return []
        try:
            return parse(text)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class DurationField(forms.CharField):
    """“30 s”, “5 min”, “4 h”, “1 h 30 min”; in Python seconds. A bare number counts in `bare`."""

    def __init__(self, *, most: int, bare: str = "s", **kwargs: Any) -> None:
        self.most, self.bare = most, bare
        kwargs.setdefault("widget", forms.TextInput({**INPUT, "placeholder": "none"}))
        super().__init__(max_length=40, required=kwargs.pop("required", False), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return short(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip().lower()
        if text in {"", "none", "never"}:
            return 0
        seconds = self._read(text)
        if seconds > self.most:
            raise forms.ValidationError(f"{short(self.most)} at most.")
        return seconds

    def _read(self, text: str) -> int:
        seconds, at = 0, 0
        while at < len(text):
            found = _PIECE.match(text, at)
            unit = (found[2] or self.bare)[0] if found else ""
            if found is None or unit not in _SECONDS or not _is_unit(found[2]):
                told = f"“{text[:40]}” is no length of time. Write for instance 30 s, 5 min or 4 h."
                raise forms.ValidationError(told)
            seconds += int(found[1]) * _SECONDS[unit]
            at = found.end()
        return seconds


_UNITS: Final = re.compile(r"|s(ec(onds?)?)?|m(in(utes?)?)?|h(ours?)?|d(ays?)?|w(eeks?)?")


def _is_unit(word: str) -> bool:
    return _UNITS.fullmatch(word) is not None


def short(seconds: int) -> str:
    """As people write it and the field reads it: “5 min”, “1 h 30 min”; empty for none."""
    words = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words)


class LabelsField(forms.CharField):
    """Names of labels, separated by commas or spaces; in Python a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({**INPUT, "class": "input mono"}))
        super().__init__(max_length=2000, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names = re.split(r"[\s,]+", super().clean(value))
        long = next((name for name in names if len(name) > 128), "")
        if long:
            raise forms.ValidationError(f"“{long[:40]}…” is too long for a label.")
        return list(dict.fromkeys(name for name in names if name))


def moment_widget(**attrs: str) -> forms.DateTimeInput:
    shown = {**INPUT, "type": "datetime-local", **attrs}
    return forms.DateTimeInput(shown, format=AT_MINUTE)


class MomentField(forms.DateTimeField):
    """A time in the zone of the viewer, in this century."""

    widget = moment_widget()

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if isinstance(found, datetime) and not 2000 < found.year < 2100:
            raise forms.ValidationError("Choose a time in this century.")
        return found


class WallClockField(MomentField):
    """A time of day on the clocks of a zone that another field names; in Python without a zone."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return found.replace(tzinfo=None) if isinstance(found, datetime) else found
