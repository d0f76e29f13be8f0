"""Settings that a plug-in describes by itself, so that forms, admin and API need no edit for it.

There are two ways to keep them. `checked` keeps every one, those that nobody gave with their
default: a rule always has its window. `chosen` keeps only what was given: an integration that was
told nothing keeps nothing. A name with a dot, such as `mapping.title`, is a member of an object.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from incidents.kernel import patterns
from incidents.kernel.errors import Invalid
from incidents.kernel.text import plain

Options = Mapping[str, Any]
Kind = Literal["text", "pattern", "number", "whole", "choice", "rules", "names", "pairs"]
MOST_RULES: Final = 20
MOST_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Option:
    """`choices` are (value, words); `least` and `most` bound numbers, `limit` texts; `rules` is a
    list of ids of detection rules, `names` a list of words, and `pairs` an object of words, of
    which `words` are the ones allowed (one a line on screen: `value = word`). `check` raises
    Invalid or returns the text to keep. `checked` wants one without a default to be given."""

    name: str
    label: str
    kind: Kind = "text"
    default: Any = None
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    least: float = -math.inf
    most: float = math.inf
    limit: int = 500
    words: Sequence[str] = ()
    placeholder: str = ""
    check: Callable[[str], str] = str

    def read(self, value: Any) -> Any:
        """`value` as it is kept, from a form or from the API; what is empty is empty. Raises
        Invalid, which names this option."""
        try:
            return _READ[self.kind](self, value)
        except Invalid as error:
            raise Invalid(error.message, error.hint, field=self.name) from error

    def shown(self, options: Options) -> str:
        """What `options` keep for it, as a form shows that."""
        value = member(options, self.name)
        if isinstance(value, dict):
            return "\n".join(f"{name} = {word}" for name, word in value.items())
        return ", ".join(value) if isinstance(value, list) else plain(value, self.limit)


def checked(options: Iterable[Option], given: Options) -> dict[str, Any]:
    """`given` with defaults filled in. Invalid names the first setting at fault."""
    known = {option.name: option for option in options}
    _refuse_unknown(known, given, "setting")
    return {name: _or_default(option, given.get(name)) for name, option in known.items()}


def chosen(options: Iterable[Option], given: Options) -> dict[str, Any]:
    """What of `given` is not empty. Raises Invalid, also for unknown names."""
    known = {option.name: option for option in options}
    flat = dict(_flat(given))
    _refuse_unknown(known, flat, "option")
    kept: dict[str, Any] = {}
    for name, option in known.items():
        value = option.read(flat[name]) if name in flat else None
        if value:
            _put(kept, name, value)
    return kept


def member(options: Options, name: str) -> Any:
    """The member of `options` that a dotted name means; None where there is none."""
    value: Any = options
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _refuse_unknown(known: Mapping[str, Option], given: Options, word: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        told = f"{word.capitalize()}s: {', '.join(sorted(known)) or 'none'}."
        raise Invalid(f"There is no {word} {unknown[0]!r}.", told, field=f"{word}s")


def _or_default(option: Option, value: Any) -> Any:
    if value is None or value in ("", []):
        if option.default is None:
            raise Invalid(f"{option.label} is needed.", option.help, field=option.name)
        return option.default
    return option.read(value)


def _flat(given: Options) -> Iterable[tuple[str, Any]]:
    for name, value in given.items():
        if name == "mapping" and isinstance(value, dict):
            yield from ((f"mapping.{inner}", kept) for inner, kept in value.items())
        else:
            yield str(name), value


def _put(options: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    for part in outer:
        options = options.setdefault(part, {})
    options[last] = value


def _number(option: Option, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(f"{option.label} is a number.")
    if not option.least <= number <= option.most:
        raise Invalid(f"{option.label} is {_bounds(option)}.")
    return number


def _bounds(option: Option) -> str:
    if math.isinf(option.most):
        return f"at least {option.least:g}"
    return f"between {option.least:g} and {option.most:g}"


def _whole(option: Option, value: Any) -> int:
    number = _number(option, value)
    if number != int(number):
        raise Invalid(f"{option.label} is a whole number.")
    return int(number)


def _text(option: Option, value: Any) -> str:
    if isinstance(value, list | dict):
        raise Invalid(f"{option.label} is a text.")
    text = plain(value, option.limit + 1)
    if len(text) > option.limit:
        raise Invalid(f"{option.label} is longer than {option.limit} characters.")
    return option.check(text) if text else ""


def _pattern(option: Option, value: Any) -> str:
    return patterns.checked(_text(option, value))


def _choice(option: Option, value: Any) -> str:
    values = [code for code, _ in option.choices]
    if value not in values:
        hint = f"Choose one of {', '.join(values)}."
        raise Invalid(f"{option.label} cannot be {value!r}.", hint)
    return str(value)


def _rules(option: Option, value: Any) -> list[int]:
    if not isinstance(value, list | tuple):
        raise Invalid(f"{option.label} is a list.")
    if len(value) > MOST_RULES:
        raise Invalid(f"{option.label}: at most {MOST_RULES}.")
    return sorted({_whole(option, item) for item in value})


def _names(option: Option, value: Any) -> list[str]:
    parts = value if isinstance(value, list) else plain(value, 4000).replace("\n", ",").split(",")
    names = [plain(part, option.limit) for part in parts]
    return list(dict.fromkeys(filter(None, names)))[:MOST_LINES]


def _pairs(option: Option, value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else _lines(value)
    found = {plain(name, 200).lower(): plain(word, 60) for name, word in pairs}
    wrong = [word for word in found.values() if option.words and word not in option.words]
    if wrong:
        told = ", ".join(option.words)
        raise Invalid(f"{option.label}: {wrong[0]!r} is not one of {told}.")
    return dict(list(found.items())[:MOST_LINES])


def _lines(value: Any) -> list[tuple[str, str]]:
    lines = [line.partition("=") for line in plain(value, 8000).splitlines() if line.strip()]
    return [(name, word) for name, _, word in lines]


_READ: Final[Mapping[str, Callable[[Option, Any], Any]]] = {
    "text": _text,
    "pattern": _pattern,
    "number": _number,
    "whole": _whole,
    "choice": _choice,
    "rules": _rules,
    "names": _names,
    "pairs": _pairs,
}
