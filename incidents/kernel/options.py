"""Settings that a plug-in describes by itself, so that forms, admin and API need no edit for it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from incidents.kernel import patterns
from incidents.kernel.errors import Invalid

Kind = Literal["text", "pattern", "number", "whole", "choice", "rules"]
LONGEST_TEXT: Final = 8000
MOST_RULES: Final = 20


@dataclass(frozen=True, slots=True)
class Option:
    """`choices` are (value, words); `least` and `most` bound numbers. Without a default it must be
    given. `rules` is a list of ids of detection rules."""

    name: str
    label: str
    kind: Kind
    default: Any = None
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    least: float = -math.inf
    most: float = math.inf


def checked(options: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` with defaults filled in. Invalid names the first setting at fault."""
    known = {option.name for option in options}
    unknown = sorted(set(given) - known)
    if unknown:
        hint = f"Settings: {', '.join(sorted(known)) or 'none'}."
        raise Invalid(f"There is no setting {unknown[0]!r}.", hint, field="settings")
    return {option.name: _value(option, given.get(option.name)) for option in options}


def _value(option: Option, value: Any) -> Any:
    if value is None or value in ("", []):
        if option.default is None:
            raise Invalid(f"{option.label} is needed.", option.help, field=option.name)
        return option.default
    return _READ[option.kind](option, value)


def _number(option: Option, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(f"{option.label} is a number.", field=option.name)
    if not option.least <= number <= option.most:
        bounds = f"between {option.least:g} and {option.most:g}"
        raise Invalid(f"{option.label} is {bounds}.", field=option.name)
    return number


def _whole(option: Option, value: Any) -> int:
    number = _number(option, value)
    if number != int(number):
        raise Invalid(f"{option.label} is a whole number.", field=option.name)
    return int(number)


def _text(option: Option, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        raise Invalid(f"{option.label} is a text of at most {LONGEST_TEXT}.", field=option.name)
    return value.strip()


def _pattern(option: Option, value: Any) -> str:
    return patterns.checked(_text(option, value), field=option.name)


def _choice(option: Option, value: Any) -> str:
    values = [code for code, _ in option.choices]
    if value not in values:
        hint = f"Choose one of {', '.join(values)}."
        raise Invalid(f"{option.label} cannot be {value!r}.", hint, field=option.name)
    return str(value)


def _rules(option: Option, value: Any) -> list[int]:
    if not isinstance(value, list | tuple):
        raise Invalid(f"{option.label} is a list.", field=option.name)
    if len(value) > MOST_RULES:
        raise Invalid(f"{option.label}: at most {MOST_RULES}.", field=option.name)
    return sorted({_whole(Option(option.name, option.label, "whole"), item) for item in value})


_READ: Final[Mapping[str, Any]] = {
    "text": _text,
    "pattern": _pattern,
    "number": _number,
    "whole": _whole,
    "choice": _choice,
    "rules": _rules,
}
