"""What an adapter may be told about one integration: fields that describe themselves.

Forms, the API and the admin read them from here and need no edit for a new adapter. A name with a
dot, such as `mapping.title`, is a member of an object in `Integration.options`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from incidents.kernel.errors import Invalid
from incidents.kernel.text import plain

Options = Mapping[str, Any]
Shape = Literal["text", "names", "pairs"]
MOST_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is one line, `names` a list of words, `pairs` an object of words (one a line on
    screen: `value = word`). `check` raises Invalid or returns the value to keep."""

    name: str
    label: str
    help: str = ""
    shape: Shape = "text"
    placeholder: str = ""
    words: tuple[str, ...] = ()
    limit: int = 500
    check: Callable[[str], str] = str

    def cleaned(self, value: object) -> Any:
        """`value` as it is kept, from a form or from the API; empty values are not kept."""
        if self.shape == "names":
            return _names(value, self.limit)
        if self.shape == "pairs":
            return self._pairs(value)
        text = plain(value, self.limit + 1)
        if len(text) > self.limit:
            raise Invalid(f"{self.label} is longer than {self.limit} characters.", field=self.name)
        try:
            return self.check(text) if text else ""
        except Invalid as error:
            raise Invalid(error.message, error.hint, field=self.name) from error

    def _pairs(self, value: object) -> dict[str, str]:
        pairs = value.items() if isinstance(value, dict) else _lines(value)
        found = {plain(name, 200).lower(): plain(word, 60) for name, word in pairs}
        wrong = [word for word in found.values() if self.words and word not in self.words]
        if wrong:
            known = ", ".join(self.words)
            raise Invalid(f"{self.label}: {wrong[0]!r} is not one of {known}.", field=self.name)
        return dict(list(found.items())[:MOST_LINES])

    def shown(self, options: Options) -> str:
        """The kept value as a form shows it."""
        value = kept(options, self.name)
        if isinstance(value, dict):
            return "\n".join(f"{name} = {word}" for name, word in value.items())
        return ", ".join(value) if isinstance(value, list) else plain(value, self.limit)


def kept(options: Options, name: str) -> Any:
    """The member of `options` that a dotted name means; None where there is none."""
    value: Any = options
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def cleaned(fields: Iterable[Field], given: Options) -> dict[str, Any]:
    """What `Integration.options` keeps of `given`. Raises Invalid, also for unknown names."""
    known = {field.name: field for field in fields}
    flat = dict(_flat(given))
    unknown = sorted(set(flat) - set(known))
    if unknown:
        told = ", ".join(sorted(known)) or "none"
        raise Invalid(f"There is no option {unknown[0]!r}.", f"Options: {told}.", field="options")
    options: dict[str, Any] = {}
    for name, field in known.items():
        value = field.cleaned(flat[name]) if name in flat else None
        if value:
            _put(options, name, value)
    return options


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


def _names(value: object, limit: int) -> list[str]:
    parts = value if isinstance(value, list) else plain(value, 4000).replace("\n", ",").split(",")
    names = [plain(part, limit) for part in parts]
    return list(dict.fromkeys(filter(None, names)))[:MOST_LINES]


def _lines(value: object) -> list[tuple[str, str]]:
    lines = [line.partition("=") for line in plain(value, 8000).splitlines() if line.strip()]
    return [(name, word) for name, _, word in lines]
