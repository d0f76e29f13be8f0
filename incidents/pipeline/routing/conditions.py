"""Conditions as quick tests: what they look at is read once a signal, then each is one comparison.

Upper and lower case count the same. What is not there is an empty text.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from incidents.kernel import patterns
from incidents.kernel.text import plain
from incidents.models import Integration, Operator, RoutingField
from incidents.pipeline.routing import hours
from incidents.pipeline.routing.document import Condition, Rule, number
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities

LONGEST: Final = patterns.TEXT_SEEN
# A pattern that has run out of time so often rests, so that it cannot hold up all the others.
SLOW_ALLOWED: Final = 3
RESTS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal, and what is known beside it."""

    signal: Signal
    integration: Integration
    at: datetime
    severities: Severities
    services: Services


Values = list[Any]
Read = Callable[[Seen], Any]
Test = Callable[[Values], bool]


def _severity(seen: Seen) -> str:
    found = seen.severities.find(seen.signal.severity)
    return found.code if found else seen.signal.severity


def service_of(signal: Signal, integration: Integration, services: Services) -> str:
    """The slug of the service that the alert will have, or what the sender calls it."""
    found = services.find(signal.service) or integration.service
    return found.slug if found else signal.service


_READ: Final[Mapping[str, Read]] = {
    RoutingField.TITLE: lambda seen: seen.signal.title or seen.signal.fingerprint,
    RoutingField.DESCRIPTION: lambda seen: seen.signal.description,
    RoutingField.SEVERITY: _severity,
    RoutingField.SERVICE: lambda s: service_of(s.signal, s.integration, s.services),
    RoutingField.INTEGRATION: lambda seen: seen.integration.name,
    RoutingField.KIND: lambda seen: seen.integration.kind,
    RoutingField.GROUP: lambda seen: seen.signal.group,
    RoutingField.VALUE: lambda seen: seen.signal.value,
    RoutingField.LINK: lambda seen: seen.signal.link,
    RoutingField.FINGERPRINT: lambda seen: seen.signal.fingerprint,
    RoutingField.TIME: lambda seen: seen.at,
}


def reader(name: str) -> Read:
    """What reads the field of a signal: text, or for the time a moment."""
    if name.startswith("labels."):
        label = name.removeprefix("labels.")
        return lambda seen: plain(seen.signal.labels.get(label, ""), LONGEST)
    if name.startswith("annotations."):
        path = name.removeprefix("annotations.")
        return lambda seen: _text_at(seen.signal.annotations, path)
    return _READ[name]


def _text_at(value: Any, path: str) -> str:
    """The text at `a.b.c`; a name may hold dots itself, so the longest that fits is taken."""
    if not path:
        if isinstance(value, list):
            return ", ".join(filter(None, (plain(item, 500) for item in value[:50])))
        return plain(value, LONGEST)
    if not isinstance(value, dict):
        return ""
    names = path.split(".")
    for size in range(len(names), 0, -1):
        name = ".".join(names[:size])
        if name in value:
            return _text_at(value[name], ".".join(names[size:]))
    return ""


class Pattern:
    """A pattern that rests for a minute when it has run out of time too often."""

    def __init__(self, text: str) -> None:
        self._found = patterns.finder(text)
        self._rests_until = 0.0
        self._in_a_row = 0
        self.slow = 0  # how often it took too long, or was not asked because of that

    def __call__(self, text: str) -> bool:
        """Whether the text holds it; False where that takes too long."""
        if self._rests_until:
            if time.monotonic() < self._rests_until:
                self.slow += 1
                return False
            self._in_a_row, self._rests_until = 0, 0.0
        try:
            return self._found(text)
        except patterns.TooSlow:
            self.slow += 1
            self._in_a_row += 1
            if self._in_a_row >= SLOW_ALLOWED:
                self._rests_until = time.monotonic() + RESTS
            return False


@dataclass
class Layout:
    """Which readers a version needs, each once, and where in the values their answers are."""

    readers: list[Read] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    _places: dict[tuple[str, bool], int] = field(default_factory=dict)

    def place(self, name: str, *, folded: bool) -> int:
        key = (name, folded)
        if key not in self._places:
            self._places[key] = len(self.readers)
            read = reader(name)
            self.readers.append(_folded(read) if folded else read)
        return self._places[key]

    def values(self, seen: Seen) -> Values:
        return [read(seen) for read in self.readers]


def _folded(read: Read) -> Read:
    return lambda seen: read(seen).casefold()


def test_of(condition: Condition, layout: Layout) -> Test:
    """The condition as a test on the values of `layout`."""
    operator, value = Operator(condition.operator), condition.value
    if operator in (Operator.DURING, Operator.OUTSIDE):
        return _time(operator, str(value), layout)
    if operator == Operator.MATCHES:
        pattern, raw = Pattern(str(value)), layout.place(condition.field, folded=False)
        layout.patterns.append(pattern)
        return lambda values: pattern(values[raw])
    place = layout.place(condition.field, folded=True)
    if operator == Operator.IN:
        wanted = frozenset(text.casefold() for text in value)
        return lambda values: values[place] in wanted
    if operator in (Operator.ABOVE, Operator.BELOW):
        return _size(operator, str(value), place)
    return _plain_test(operator, str(value).casefold(), place)


def _plain_test(operator: Operator, wanted: str, place: int) -> Test:
    tests: dict[Operator, Test] = {
        Operator.IS: lambda values: values[place] == wanted,
        Operator.IS_NOT: lambda values: values[place] != wanted,
        Operator.CONTAINS: lambda values: wanted in values[place],
        Operator.STARTS_WITH: lambda values: values[place].startswith(wanted),
        Operator.EXISTS: lambda values: values[place] != "",
        Operator.MISSING: lambda values: values[place] == "",
    }
    return tests[operator]


def _size(operator: Operator, value: str, place: int) -> Test:
    line = number(value) or 0.0

    def above(values: Values) -> bool:
        found = number(values[place])
        return found is not None and found > line

    def below(values: Values) -> bool:
        found = number(values[place])
        return found is not None and found < line

    return above if operator == Operator.ABOVE else below


def _time(operator: Operator, value: str, layout: Layout) -> Test:
    window, place = hours.read(value), layout.place(RoutingField.TIME, folded=False)
    if operator == Operator.DURING:
        return lambda values: window.holds(values[place])
    return lambda values: not window.holds(values[place])


def holds(rule: Rule, layout: Layout) -> Test:
    """Whether the rule matches; without conditions it always does."""
    tests = [test_of(condition, layout) for condition in rule.conditions]
    if len(tests) == 1:
        return tests[0]
    return _any_of(tests) if rule.match == "any" and tests else _all_of(tests)


def _all_of(tests: list[Test]) -> Test:
    def every(values: Values) -> bool:
        for test in tests:  # noqa: SIM110  a generator would double what a rule costs
            if not test(values):
                return False
        return True

    return every


def _any_of(tests: list[Test]) -> Test:
    def some(values: Values) -> bool:
        for test in tests:  # noqa: SIM110  as above
            if test(values):
                return True
        return False

    return some
