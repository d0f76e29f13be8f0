"""Reading and checking the values of the fields that an installation defines."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from incidents.kernel.errors import Conflict, Invalid
from incidents.models import CustomField, FieldKind, Incident, RequiredWhen

PREFIX: Final = "custom_fields"
LONGEST: Final = 2_000
_YES: Final = frozenset({"yes", "true", "1", "on"})
_NO: Final = frozenset({"no", "false", "0", "off"})


def offered() -> list[CustomField]:
    """The fields that may be filled in. One query."""
    return list(CustomField.objects.filter(retired_at__isnull=True))


def apply(incident: Incident, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Take values by key into the unsaved incident; None or "" clears one.

    Returns what changed, by name: [old, new] as people read them. Raises Invalid, naming the field.
    """
    fields = {field.key: field for field in offered()} if given else {}
    told: dict[str, list[str]] = {}
    kept = dict(incident.custom)
    for key, value in given.items():
        field = fields.get(key)
        if field is None:
            raise _unknown(key, fields)
        old = field.of(kept)
        # A choice that has been taken away since may stay where it was made.
        new = old if value == old else read(field, value)
        if old == new:
            continue
        kept.pop(str(field.pk), None)
        if new is not None:
            kept[str(field.pk)] = new
        told[field.name] = [field.worded(old), field.worded(new)]
    incident.custom = kept
    return told


def _unknown(key: str, fields: Iterable[str]) -> Invalid:
    known = ", ".join(fields) or "none"
    return Invalid(f"There is no field {key}.", f"Fields: {known}.", field=f"{PREFIX}.{key}")


def require(incident: Incident, when: RequiredWhen) -> None:
    """Conflict, naming them, where fields are empty that must not be by now."""
    fields = CustomField.objects.filter(retired_at__isnull=True, required=when)
    empty = [field.name for field in fields if field.of(incident.custom) is None]
    if not empty:
        return
    doing = "resolve" if when == RequiredWhen.RESOLVING else "declare"
    raise Conflict(
        f"Fill in {', '.join(empty)} to {doing} the incident.",
        "They are under Edit on its overview."
        if when == RequiredWhen.RESOLVING
        else "They are under More in the form.",
    )


def read(field: CustomField, given: Any) -> Any:
    """`given`, from a form or the API, as it is kept; None where it is empty."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    value = given.strip() if isinstance(given, str) else given
    try:
        return _READ[FieldKind(field.kind)](field, value)
    except Invalid as error:
        raise Invalid(error.message, error.hint, field=f"{PREFIX}.{field.key}") from error


def _text(field: CustomField, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > LONGEST:
        raise Invalid(f"{field.name} takes a text.", f"At most {LONGEST:,} characters.")
    return value


def _number(field: CustomField, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(str(value).replace(",", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e15:
        raise Invalid(f"{field.name} takes a number.", "For instance 1250 or 0.5.")
    return number


def _choice(field: CustomField, value: Any) -> str:
    for choice in field.choices:
        if isinstance(value, str) and choice.casefold() == value.casefold():
            return str(choice)
    raise Invalid(f"{field.name} takes one of its choices.", f"{', '.join(field.choices)}.")


def _yes_no(field: CustomField, value: Any) -> bool:
    word = str(value).lower()
    if word not in _YES | _NO:
        raise Invalid(f"{field.name} takes yes or no.")
    return word in _YES


def _date(field: CustomField, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError as error:
        raise Invalid(f"{field.name} takes a date.", "For instance 2026-11-21.") from error


def _link(field: CustomField, value: Any) -> str:
    text = _text(field, value)
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:
        fine = False
    if not fine:
        raise Invalid(f"{field.name} takes an address.", "For instance https://example.com/123.")
    return text


_READ: Final = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DATE: _date,
    FieldKind.LINK: _link,
}
