"""What the document of a version says: `{"rules": [rule, …]}`, each rule

    {"id": "3f9c01ab", "name": "Staging pages nobody", "match": "all", "off": false, "go_on": false,
     "conditions": [{"field": "labels.env", "operator": "is", "value": "staging"}],
     "actions": {"severity": "P3", "service": "checkout", "team": "payments", "priority": "low",
                 "labels": {"set": {}, "add": {}, "remove": []},
                 "suppress": false, "pause_minutes": 0}}

`set` overwrites a label, `add` only fills a missing one. Of a rule that goes on, what it changed is
what the rules below it see. Values of `in` are lists, all others are text.
"""

import csv
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from incidents.kernel import patterns
from incidents.kernel.errors import Invalid
from incidents.models import Operator, Priority, RoutingField, Team
from incidents.pipeline.routing import hours
from incidents.pipeline.triage import Services, Severities

MOST_RULES: Final = 200
MOST_CONDITIONS: Final = 20
MOST_LABELS: Final = 20
MOST_VALUES: Final = 200
LONGEST_NAME: Final = 120
LONGEST_VALUE: Final = 1000
LONGEST_PAUSE: Final = 24 * 60
NESTED: Final = ("labels.", "annotations.")
WITHOUT_VALUE: Final = (Operator.EXISTS, Operator.MISSING)
OF_TIME: Final = (Operator.DURING, Operator.OUTSIDE)
_ID: Final = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    value: str | list[str] = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Labels:
    set: dict[str, str] = field(default_factory=dict)
    add: dict[str, str] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Actions:
    severity: str = ""
    service: str = ""
    team: str = ""
    priority: str = ""
    labels: Labels = field(default_factory=Labels)
    suppress: bool = False
    pause_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    name: str
    match: str = "all"
    off: bool = False
    go_on: bool = False
    conditions: list[Condition] = field(default_factory=list)
    actions: Actions = field(default_factory=Actions)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tables:
    """What rules may name."""

    severities: Severities
    services: Services
    teams: frozenset[str]

    @classmethod
    def load(cls) -> "Tables":
        teams = frozenset(Team.objects.values_list("slug", flat=True))
        return cls(Severities.load(), Services.load(), teams)


def read(document: Any) -> list[Rule]:
    """The rules of a stored document. What cannot be read is no rule; see `checked`."""
    rows = document.get("rules") if isinstance(document, dict) else None
    found = []
    for row in rows if isinstance(rows, list) else ():
        try:
            found.append(_rule(row, None))
        except Invalid:
            continue
    return found


def checked(
    document: Any, tables: Tables, *, known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`document` complete and in our words. A rule without an id takes that of its name in `known`.

    Raises Invalid, which names the rule at fault.
    """
    rows = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise Invalid('A document is {"rules": […]}.', field="rules")
    if len(rows) > MOST_RULES:
        raise Invalid(f"There are at most {MOST_RULES} rules.", field="rules")
    rules = [_named_in_errors(row, number, tables) for number, row in enumerate(rows, 1)]
    names = [rule.name.casefold() for rule in rules]
    twin = next((rule.name for rule in rules if names.count(rule.name.casefold()) > 1), "")
    if twin:
        raise Invalid(
            f"Two rules are called “{twin}”.", "Each has a name of its own.", field="name"
        )
    return {"rules": _with_ids([rule.as_data() for rule in rules], known or {})}


def checked_rule(row: Any, tables: Tables) -> Rule:
    """One rule. Raises Invalid with the part at fault."""
    return _rule(row, tables)


def checked_condition(row: Any, tables: Tables) -> Condition:
    """One condition. Raises Invalid with the part at fault."""
    return _condition(row, tables)


def _named_in_errors(row: Any, number: int, tables: Tables) -> Rule:
    try:
        return _rule(row, tables)
    except Invalid as error:
        name = row.get("name") if isinstance(row, dict) else ""
        called = f"Rule {number}" + (f" (“{str(name)[:60]}”)" if name else "")
        raise Invalid(f"{called}: {error.message}", error.hint, field=error.field) from error


def _with_ids(rules: list[dict[str, Any]], known: Mapping[str, str]) -> list[dict[str, Any]]:
    used: set[str] = set()
    for rule in rules:
        if not rule["id"] or rule["id"] in used:
            rule["id"] = known.get(rule["name"], "")
        if not rule["id"] or rule["id"] in used:
            rule["id"] = new_id()
        used.add(rule["id"])
    return rules


def new_id() -> str:
    return secrets.token_hex(4)


def _object(value: Any, what: str, names: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(f"{what} is an object.", field=what.lower())
    odd = [str(name) for name in value if name not in names]
    if odd:
        hint = f"It has {', '.join(names)}."
        raise Invalid(f"{what} has no member {odd[0][:60]!r}.", hint, field=what.lower())
    return value


def _rule(row: Any, tables: Tables | None) -> Rule:
    row = _object(row, "Rule", Rule.__slots__)
    name = _text(row.get("name"), "name", LONGEST_NAME)
    if not name:
        raise Invalid("A rule needs a name.", "It is what people read later.", field="name")
    match = row.get("match", "all")
    if match not in ("all", "any"):
        raise Invalid("“match” is all or any.", field="match")
    conditions = _list(row.get("conditions", []), "conditions", MOST_CONDITIONS)
    given = str(row.get("id") or "")
    rule = Rule(
        id=given if _ID.fullmatch(given) else "",
        name=name,
        match=match,
        off=_flag(row.get("off", False), "off"),
        go_on=_flag(row.get("go_on", False), "go_on"),
        conditions=[_condition(item, tables) for item in conditions],
        actions=_actions(row.get("actions", {}), tables),
    )
    if rule.actions.suppress and not rule.conditions:
        told = "A rule without conditions would suppress every alert."
        raise Invalid(told, "Say which ones.", field="suppress")
    return rule


def _text(value: Any, name: str, limit: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise Invalid(f"{_said(name)} is a text.", field=name)
    if len(value.strip()) > limit:
        raise Invalid(f"{_said(name)} has at most {limit} characters.", field=name)
    return value.strip()


def _said(name: str) -> str:
    return f"“{name.replace('_', ' ')}”"


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{_said(name)} is true or false.", field=name)
    return value


def _list(value: Any, name: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(f"{_said(name)} is a list.", field=name)
    if len(value) > most:
        raise Invalid(f"{_said(name)} has at most {most} members.", field=name)
    return value


def _condition(row: Any, tables: Tables | None) -> Condition:
    row = _object(row, "Condition", Condition.__slots__)
    name = _text(row.get("field"), "field", 200)
    if name not in RoutingField.values and not _is_nested(name):
        hint = f"Fields: {', '.join(RoutingField.values)}, labels.<name>, annotations.<path>."
        raise Invalid(f"There is no field {name[:60]!r}.", hint, field="field")
    operator = row.get("operator")
    if operator not in Operator.values:
        hint = f"Operators: {', '.join(Operator.values)}."
        raise Invalid(f"There is no operator {str(operator)[:60]!r}.", hint, field="operator")
    if (name == RoutingField.TIME) is not (operator in OF_TIME):
        told = "The time is compared by during and outside, and nothing else is."
        raise Invalid(told, field="operator")
    value = _value(str(operator), row.get("value", ""))
    return Condition(name, str(operator), _in_our_words(name, value, tables))


def _is_nested(name: str) -> bool:
    return any(name.startswith(start) and len(name) > len(start) for start in NESTED)


def _value(operator: str, value: Any) -> str | list[str]:
    if operator in WITHOUT_VALUE:
        return ""
    if operator == Operator.IN:
        values = value if isinstance(value, list) else listed(_text(value, "value", 10_000))
        texts = [
            _text(item, "value", LONGEST_VALUE) for item in _list(values, "value", MOST_VALUES)
        ]
        if not any(texts):
            raise Invalid("A list of values is needed.", "Write a, b, c.", field="value")
        return [text for text in texts if text]
    text = _text(value, "value", LONGEST_VALUE)
    if not text:
        hint = "Use “is missing” for what is empty."
        raise Invalid("A condition needs a value.", hint, field="value")
    _check_value(operator, text)
    return text


def _check_value(operator: str, text: str) -> None:
    if operator == Operator.MATCHES:
        patterns.checked(text, field="value")
    elif operator in (Operator.ABOVE, Operator.BELOW) and number(text) is None:
        raise Invalid(f"{text[:60]!r} is no number.", field="value")
    elif operator in OF_TIME:
        hours.read(text)


def listed(text: str) -> list[str]:
    """The values in a line of them, `a, "b, c"`, as people write lists."""
    rows = list(csv.reader(text.splitlines(), skipinitialspace=True))
    return [value.strip() for row in rows for value in row if value.strip()]


def number(text: str) -> float | None:
    """The number that `text` is, a per cent sign left aside; None for anything else."""
    try:
        found = float(text.strip().removesuffix("%"))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _in_our_words(name: str, value: str | list[str], tables: Tables | None) -> str | list[str]:
    """Severities by their code and services by their slug, however they were written."""
    if tables is None or name not in (RoutingField.SEVERITY, RoutingField.SERVICE):
        return value
    if isinstance(value, list):
        return [_one_in_our_words(name, text, tables) for text in value]
    return _one_in_our_words(name, value, tables)


def _one_in_our_words(name: str, text: str, tables: Tables) -> str:
    if name == RoutingField.SEVERITY:
        severity = tables.severities.find(text)
        return severity.code if severity else text
    service = tables.services.find(text)
    return service.slug if service else text


def _actions(row: Any, tables: Tables | None) -> Actions:
    row = _object(row, "Actions", Actions.__slots__)
    actions = Actions(
        severity=_text(row.get("severity"), "severity", 40),
        service=_text(row.get("service"), "service", 120),
        team=_text(row.get("team"), "team", 60),
        priority=_text(row.get("priority"), "priority", 20),
        labels=_labels(row.get("labels", {})),
        suppress=_flag(row.get("suppress", False), "suppress"),
        pause_minutes=_minutes(row.get("pause_minutes", 0)),
    )
    if actions.suppress and actions.pause_minutes:
        raise Invalid("An alert is suppressed or held, not both.", field="pause_minutes")
    return _known_actions(actions, tables) if tables else actions


def _minutes(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 0 <= value <= LONGEST_PAUSE:
        raise Invalid(f"An alert is held 0 to {LONGEST_PAUSE} minutes.", field="pause_minutes")
    return int(value)


def _labels(row: Any) -> Labels:
    row = _object(row, "Labels", Labels.__slots__)
    found, added = (_pairs(row.get(name, {})) for name in ("set", "add"))
    removed = [_label(name) for name in _list(row.get("remove", []), "labels", MOST_LABELS)]
    return Labels(found, added, removed)


def _pairs(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Invalid("Labels to set or add are names with values.", field="labels")
    if len(value) > MOST_LABELS:
        raise Invalid(f"A rule changes at most {MOST_LABELS} labels.", field="labels")
    found = {_label(name): _text(text, "labels", LONGEST_VALUE) for name, text in value.items()}
    if not all(found.values()):
        raise Invalid("A label needs a value.", "Remove it instead.", field="labels")
    return found


def _label(name: Any) -> str:
    text = _text(name, "labels", 128)
    if not text:
        raise Invalid("A label needs a name.", field="labels")
    return text


def _known_actions(actions: Actions, tables: Tables) -> Actions:
    severity = tables.severities.named(actions.severity).code if actions.severity else ""
    service = tables.services.find(actions.service)
    if actions.service and service is None:
        raise Invalid(f"There is no service “{actions.service}”.", field="service")
    if actions.priority and actions.priority not in Priority.values:
        hint = f"Priorities: {', '.join(Priority.values)}."
        raise Invalid(f"There is no priority “{actions.priority}”.", hint, field="priority")
    if actions.team and actions.team not in tables.teams:
        raise Invalid(f"There is no team “{actions.team}”.", field="team")
    return Actions(
        severity=severity,
        service=service.slug if service else "",
        team=actions.team,
        priority=actions.priority,
        labels=actions.labels,
        suppress=actions.suppress,
        pause_minutes=actions.pause_minutes,
    )
