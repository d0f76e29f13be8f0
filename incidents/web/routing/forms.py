"""The form of one rule. Its conditions are rows of three fields of the same names, so that a row
can be added or left empty without a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict

from incidents.kernel.errors import Invalid
from incidents.models import Operator, Priority, RoutingField, Service, Severity, Team
from incidents.pipeline.routing.document import (
    LONGEST_NAME,
    LONGEST_PAUSE,
    MOST_CONDITIONS,
    Tables,
    checked_condition,
    checked_rule,
)

_INPUT: Final = {"class": "input", "autocomplete": "off"}
_SELECT: Final = {"class": "select"}
_LABELS_HELP: Final = (
    "One a line: env=prod sets a label, env?=prod only where there is none, -env removes it."
)
EMPTY_ROWS: Final = 2


def operators() -> list[tuple[str, str]]:
    return list(Operator.choices)


def fields() -> list[tuple[str, str]]:
    """What the field of a condition may be, with what it is called."""
    plain = [(str(code), str(word)) for code, word in RoutingField.choices]
    return [*plain, ("labels.env", "a label"), ("annotations.summary", "an annotation")]


@dataclass
class Row:
    """A condition as it was typed."""

    field: str = ""
    operator: str = Operator.IS
    value: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.field or self.value)

    def as_data(self) -> dict[str, str]:
        return {"field": self.field, "operator": self.operator, "value": self.value}


def _typed(data: QueryDict) -> list[Row]:
    names = [data.getlist(name) for name in ("field", "operator", "value")]
    rows = [Row(*(text.strip() for text in row)) for row in zip(*names, strict=False)]
    return [row for row in rows if not row.is_empty][:MOST_CONDITIONS]


def _stored(rule: Mapping[str, Any]) -> list[Row]:
    return [
        Row(row["field"], row["operator"], _one_line(row["value"]))
        for row in rule.get("conditions", [])
    ]


def _one_line(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return ", ".join(f'"{text}"' if "," in text or '"' in text else text for text in value)


class RuleForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(_INPUT))
    match = forms.ChoiceField(
        label="Conditions",
        choices=[("all", "All of them must hold"), ("any", "One of them is enough")],
        widget=forms.Select(_SELECT),
    )
    severity = forms.ModelChoiceField(
        Severity.objects.all(),
        required=False,
        to_field_name="code",
        empty_label="As the sender says",
        widget=forms.Select(_SELECT),
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label="As the sender says",
        widget=forms.Select(_SELECT),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label="That of the service",
        widget=forms.Select(_SELECT),
    )
    priority = forms.ChoiceField(
        required=False,
        choices=[("", "As usual"), *Priority.choices],
        widget=forms.Select(_SELECT),
    )
    labels = forms.CharField(
        required=False,
        max_length=20_000,
        help_text=_LABELS_HELP,
        widget=forms.Textarea({"class": "textarea mono", "rows": 3, "spellcheck": "false"}),
    )
    outcome = forms.ChoiceField(
        label="Then",
        choices=[
            ("pass", "It goes on and may open an incident"),
            ("pause", "It is held, and goes on only if it still fires after"),
            ("suppress", "It is suppressed: the alert is kept, and makes no incident"),
        ],
        widget=forms.Select(_SELECT),
    )
    pause_minutes = forms.IntegerField(
        label="Held for, minutes",
        required=False,
        min_value=1,
        max_value=LONGEST_PAUSE,
        widget=forms.NumberInput(_INPUT),
    )
    go_on = forms.BooleanField(
        label="Ask the rules below as well",
        required=False,
        widget=forms.CheckboxInput({"class": "tick"}),
    )
    off = forms.BooleanField(
        label="Switched off", required=False, widget=forms.CheckboxInput({"class": "tick"})
    )

    def __init__(self, data: QueryDict | None = None, *, rule: Mapping[str, Any]) -> None:
        self.rule, self.rows = rule, _typed(data) if data is not None else _stored(rule)
        self._shown = len(data.getlist("field")) if data is not None else len(self.rows)
        super().__init__(data, initial=_initial(rule))

    @property
    def rows_shown(self) -> Sequence[Row]:
        """With some to fill in: two more than there were."""
        empty = max(len(self.rows), self._shown) + EMPTY_ROWS - len(self.rows)
        return [*self.rows, *(Row() for _ in range(empty))][:MOST_CONDITIONS]

    def read(self, tables: Tables) -> dict[str, Any] | None:
        """The rule that was typed; None where it is none, and the form says why."""
        if not self.is_valid():
            return None
        for row in self.rows:
            try:
                checked_condition(row.as_data(), tables)
            except Invalid as error:
                row.error = str(error)
                self.add_error(None, f"A condition is not right: {error}")
        try:
            return None if self.errors else checked_rule(self._data(), tables).as_data()
        except Invalid as error:
            self.refuse(error)
            return None

    def refuse(self, error: Exception) -> None:
        """What the verb said, at the field it is about."""
        told = getattr(error, "field", "")
        self.add_error(told if told in self.fields else None, str(error))

    def _data(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "id": self.rule.get("id", ""),
            "name": given["name"],
            "match": given["match"],
            "off": given["off"],
            "go_on": given["go_on"],
            "conditions": [row.as_data() for row in self.rows],
            "actions": {
                "severity": given["severity"].code if given["severity"] else "",
                "service": given["service"].slug if given["service"] else "",
                "team": given["team"].slug if given["team"] else "",
                "priority": given["priority"],
                "labels": labels_read(given["labels"]),
                "suppress": given["outcome"] == "suppress",
                "pause_minutes": self._minutes(),
            },
        }

    def _minutes(self) -> int:
        if self.cleaned_data["outcome"] != "pause":
            return 0
        minutes = self.cleaned_data["pause_minutes"]
        if not minutes:
            raise Invalid("Say for how many minutes.", field="pause_minutes")
        return int(minutes)


def _initial(rule: Mapping[str, Any]) -> dict[str, Any]:
    actions = rule.get("actions", {})
    held = bool(actions.get("pause_minutes"))
    outcome = "suppress" if actions.get("suppress") else "pause" if held else "pass"
    return {
        **{name: rule.get(name) for name in ("name", "match", "off", "go_on")},
        **{name: actions.get(name) for name in ("severity", "service", "team", "priority")},
        "labels": labels_written(actions.get("labels", {})),
        "outcome": outcome,
        "pause_minutes": actions.get("pause_minutes") or None,
    }


def labels_read(text: str) -> dict[str, Any]:
    """`env=prod`, `env?=prod` and `-env`, one a line. Raises Invalid, which quotes the line."""
    found: dict[str, Any] = {"set": {}, "add": {}, "remove": []}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, equals, value = line.partition("=")
        if line.startswith("-") and not equals:
            found["remove"].append(line.removeprefix("-").strip())
        elif equals and name.endswith("?"):
            found["add"][name.removesuffix("?").strip()] = value.strip()
        elif equals:
            found["set"][name.strip()] = value.strip()
        else:
            raise Invalid(f"“{line[:60]}” changes no label.", _LABELS_HELP, field="labels")
    return found


def labels_written(labels: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            *(f"{name}={text}" for name, text in labels.get("set", {}).items()),
            *(f"{name}?={text}" for name, text in labels.get("add", {}).items()),
            *(f"-{name}" for name in labels.get("remove", [])),
        ]
    )
