"""Matchers as Alertmanager writes them: `service="checkout"`, `instance=~"db-.*"`.

An absent label is an empty one. Regular expressions match the whole value. Source of the grammar:
prometheus.io/docs/alerting/latest/configuration/#matcher.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from incidents.kernel import patterns
from incidents.kernel.errors import Invalid

Operator = Literal["=", "!=", "=~", "!~"]
OPERATORS: Final[tuple[Operator, ...]] = ("=~", "!~", "!=", "=")
MOST: Final = 20
LONGEST: Final = 1024
_WRITTEN: Final = re.compile(r"\s*([^\s=!~\"]+)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Matcher:
    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.name}{self.operator}"{escaped}"'

    @property
    def is_regex(self) -> bool:
        return self.operator in {"=~", "!~"}

    @property
    def is_equal(self) -> bool:
        return self.operator in {"=", "=~"}

    def matches(self, labels: Mapping[str, str]) -> bool:
        """A pattern that takes too long matches nothing, so that it never silences by accident."""
        value = labels.get(self.name, "")
        if not self.is_regex:
            return (value == self.value) is self.is_equal
        try:
            pattern = patterns.compiled(self.value)
            found = pattern.fullmatch(value[:LONGEST], timeout=patterns.MATCH_SECONDS)
        except TimeoutError:
            return False
        return (found is not None) is self.is_equal

    def as_data(self) -> dict[str, str]:
        return {"name": self.name, "operator": self.operator, "value": self.value}


def parse(text: str) -> list[Matcher]:
    """One matcher a line, or separated by commas outside quotes; braces around them are dropped.

    Raises Invalid, which quotes the piece that cannot be read.
    """
    return checked(_read_all(text))


def parse_filter(text: str) -> list[Matcher]:
    """As `parse`, for looking things up: here none, or matchers that fit everything, are right."""
    found = _read_all(text)[:MOST]
    for matcher in found:
        _check(matcher)
    return found


def _read_all(text: str) -> list[Matcher]:
    text = text.strip().removeprefix("{").removesuffix("}")
    return [_read(piece) for piece in _pieces(text) if piece.strip()]


def from_data(rows: Iterable[Mapping[str, Any]]) -> list[Matcher]:
    """Matchers as they are stored."""
    return [Matcher(str(r["name"]), r["operator"], str(r["value"])) for r in rows]


def checked(found: Iterable[Matcher]) -> list[Matcher]:
    """The matchers, when there is at least one, none too many, and one that not everything fits."""
    matchers = list(found)
    if not matchers:
        raise Invalid("At least one matcher is needed.", 'Write service="checkout".', field=_FIELD)
    if len(matchers) > MOST:
        raise Invalid(f"There are at most {MOST} matchers.", field=_FIELD)
    for matcher in matchers:
        _check(matcher)
    if all(matcher.matches({}) for matcher in matchers):
        told = "These matchers fit every alert, even one without labels."
        raise Invalid(told, "Add one that names a value.", field=_FIELD)
    return matchers


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


def written(matchers: Iterable[Matcher]) -> str:
    """One a line, as `parse` reads them."""
    return "\n".join(str(matcher) for matcher in matchers)


_FIELD: Final = "matchers"


def _check(matcher: Matcher) -> None:
    if not matcher.name or len(matcher.name) > 128 or len(matcher.value) > LONGEST:
        raise Invalid(f"The matcher {str(matcher)[:80]} is too long or has no name.", field=_FIELD)
    if matcher.is_regex:
        try:
            patterns.compiled(matcher.value)
        except patterns.NoPattern as error:
            told = f"{matcher.value[:80]!r} is no regular expression: {error}."
            raise Invalid(told, field=_FIELD) from error


def _pieces(text: str) -> list[str]:
    """Split at commas and line ends that are not inside quotes."""
    pieces, piece, quoted, escaped = [], "", False, False
    for char in text:
        if char in ",\n" and not quoted:
            pieces.append(piece)
            piece = ""
            continue
        quoted ^= char == '"' and not escaped
        escaped = char == "\\" and not escaped
        piece += char
    return [*pieces, piece]


def _read(piece: str) -> Matcher:
    found = _WRITTEN.fullmatch(piece)
    if found is None:
        hint = 'Write name="value"; the operators are =, !=, =~ and !~.'
        raise Invalid(f"{piece.strip()[:80]!r} is no matcher.", hint, field=_FIELD)
    name, operator, value = found.groups()
    if value.startswith('"'):
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            raise Invalid(f"The quotes of {piece.strip()[:80]!r} do not end.", field=_FIELD)
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    return Matcher(name, operator, value)  # type: ignore[arg-type]  # the pattern allows these four
