"""Routing rules in people's words: sentences, and what differs between two lists of rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from incidents.kernel import durations
from incidents.models import Operator, Priority, RoutingField, Service, Severity, Team

Row = Mapping[str, Any]
_NAMED: Final = ("severity", "service", "team")
# What differs between two ways of treating a signal, as people call it.
_WHAT: Final = {"suppress": "suppressed", "pause": "held"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One rule, ready to be read aloud."""

    id: str
    name: str
    off: bool
    go_on: bool
    match: str
    conditions: Sequence[str]
    actions: Sequence[str]

    @property
    def text(self) -> str:
        joined = " or " if self.match == "any" else " and "
        when = f"If {joined.join(self.conditions)}" if self.conditions else "Always"
        onwards = "; then the rules below are asked too" if self.go_on else ""
        return f"{when}: {', '.join(self.actions)}{onwards}."


@dataclass(frozen=True, slots=True)
class Words:
    """Names of what rules name. Three small queries."""

    names: Mapping[tuple[str, str], str]

    @classmethod
    def load(cls) -> "Words":
        severities = {("severity", row.code): str(row) for row in Severity.objects.all()}
        services = {("service", row.slug): row.name for row in Service.objects.all()}
        teams = {("team", row.slug): row.name for row in Team.objects.all()}
        priorities = {("priority", str(code)): str(word) for code, word in Priority.choices}
        return cls({**severities, **services, **teams, **priorities})

    def name(self, kind: str, code: str) -> str:
        return self.names.get((kind, code), code)

    def sentence(self, rule: Row) -> Sentence:
        return Sentence(
            id=str(rule.get("id", "")),
            name=str(rule.get("name", "")),
            off=bool(rule.get("off")),
            go_on=bool(rule.get("go_on")),
            match=str(rule.get("match", "all")),
            conditions=[self.condition(row) for row in rule.get("conditions", [])],
            actions=list(self.actions(rule.get("actions", {}))),
        )

    def sentences(self, rules: Sequence[Row]) -> list[Sentence]:
        return [self.sentence(rule) for rule in rules]

    def condition(self, row: Row) -> str:
        """“the label env is “staging””."""
        operator, name = Operator(row["operator"]), str(row["field"])
        told = f"{field(name)} {operator.label}"
        if operator in (Operator.EXISTS, Operator.MISSING):
            return told
        value = row["value"]
        if operator in (Operator.DURING, Operator.OUTSIDE):
            return f"{told} {_hours(str(value))}"
        if isinstance(value, list):
            return f"{told} {', '.join(self._value(name, text) for text in value)}"
        return f"{told} {self._value(name, str(value))}"

    def _value(self, name: str, text: str) -> str:
        return self.names.get((name, text)) or f"“{text}”"

    def actions(self, actions: Row) -> Iterator[str]:
        before = False
        for told in (*self._settings(actions), *_labels(actions.get("labels", {}))):
            before = True
            yield told
        if actions.get("suppress"):
            yield "suppress it"
        elif actions.get("pause_minutes"):
            yield f"hold it for {durations.spoken(60 * int(actions['pause_minutes']))}"
        elif not before:
            yield "let it pass as it is"

    def _settings(self, actions: Row) -> Iterator[str]:
        for kind in ("severity", "service", "team", "priority"):
            code = str(actions.get(kind) or "")
            if code:
                yield f"set the {kind} to {self.name(kind, code)}"

    def changes(self, rows: Sequence[Mapping[str, str]]) -> list[str]:
        """{what, now, then} as “severity P1 High becomes P3 Low”."""
        return [self._change(row["what"], row["now"], row["then"]) for row in rows]

    def _change(self, what: str, now: str, then: str) -> str:
        if what == "suppress":
            return "suppressed" if then else "no longer suppressed"
        if what == "pause":
            return f"held for {durations.spoken(int(then))}" if then else "no longer held"
        called = field(what).removeprefix("the ")
        before, after = self.name(what, now), self.name(what, then)
        if not before or not after:
            return f"{called} becomes {after}" if after else f"{called} {before} is dropped"
        return f"{called} {before} becomes {after}"

    def difference(self, old: Sequence[Row], new: Sequence[Row]) -> list[str]:
        """What was done to `old` to make `new`, a sentence each; empty where nothing was."""
        before = {str(rule["id"]): self.sentence(rule) for rule in old}
        after = {str(rule["id"]): self.sentence(rule) for rule in new}
        told = [f"Removed “{rule.name}”." for key, rule in before.items() if key not in after]
        for place, (key, rule) in enumerate(after.items(), 1):
            if key not in before:
                told.append(f"Added “{rule.name}” as rule {place}. {rule.text}")
            else:
                told += _rewritten(before[key], rule)
        return [*told, *_moved(list(before), list(after), after)]


def field(name: str) -> str:
    """“the label env”."""
    for start, word in (("labels.", "the label"), ("annotations.", "the annotation")):
        if name.startswith(start):
            return f"{word} {name.removeprefix(start)}"
    if name in RoutingField.values:
        return str(RoutingField(name).label)
    return f"the {name}"


def _hours(text: str) -> str:
    """Days as in Mon-Fri."""
    first, space, rest = text.partition(" ")
    if first[:1].isdigit() or "/" in first or first == "UTC":
        return text
    days = "-".join(day.capitalize() for day in first.split("-"))
    return ",".join(day[:1].upper() + day[1:] for day in days.split(",")) + space + rest


def _labels(labels: Row) -> Iterator[str]:
    for name, text in (labels.get("set") or {}).items():
        yield f"set the label {name} to “{text}”"
    for name, text in (labels.get("add") or {}).items():
        yield f"add the label {name} “{text}” where there is none"
    for name in labels.get("remove") or ():
        yield f"remove the label {name}"


def _rewritten(old: Sentence, new: Sentence) -> list[str]:
    told = [f"Renamed “{old.name}” to “{new.name}”."] if old.name != new.name else []
    called = f"“{new.name}”"
    if old.off != new.off:
        told.append(f"Switched {called} {'off' if new.off else 'on'}.")
    for before, after, verb in (
        (old.conditions, new.conditions, "asks that"),
        (old.actions, new.actions, "says:"),
    ):
        told += [f"{called} no longer {verb} {one}." for one in before if one not in after]
        told += [f"{called} now {verb} {one}." for one in after if one not in before]
    if old.match != new.match and len(new.conditions) > 1:
        told.append(f"For {called} {'one' if new.match == 'any' else 'all'} of them must hold.")
    if old.go_on != new.go_on:
        told.append(f"After {called} the rules below are {'' if new.go_on else 'not '}asked.")
    return told


def _moved(before: list[str], after: list[str], rules: Mapping[str, Sentence]) -> list[str]:
    """Rules that stand elsewhere among those that both have: as few as explain the order."""
    old = [key for key in before if key in after]
    new = [key for key in after if key in before]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    still = {key for block in blocks for key in old[block.a : block.a + block.size]}
    return [
        f"Moved “{rules[key].name}” from {before.index(key) + 1} to {after.index(key) + 1}."
        for key in new
        if key not in still
    ]
