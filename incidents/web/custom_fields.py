"""The fields that an installation defined, as forms ask for them and pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef

from incidents.models import CustomField, FieldKind, Incident, RequiredWhen, Service
from incidents.pipeline import custom_fields

PREFIX: Final = "field-"
NEEDED: Final = {
    RequiredWhen.DECLARING: "to declare it",
    RequiredWhen.RESOLVING: "to resolve it",
}
_INPUTS: Final = {FieldKind.DATE: "date", FieldKind.LINK: "url"}


@dataclass(frozen=True, slots=True)
class Input:
    """One field in a form, called `name` there. `options` where it is picked from a list."""

    field: CustomField
    text: str

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.field.key}"

    @property
    def needed(self) -> str:
        return NEEDED.get(RequiredWhen(self.field.required), "")

    @property
    def input(self) -> str:
        return _INPUTS.get(FieldKind(self.field.kind), "text")

    @property
    def options(self) -> list[tuple[str, str]]:
        if self.field.kind == FieldKind.YES_NO:
            return [("yes", "Yes"), ("no", "No")]
        if self.field.kind != FieldKind.CHOICE:
            return []
        # What was chosen before a choice was taken away is shown until somebody chooses anew.
        kept = [self.text] if self.text and self.text not in self.field.choices else []
        return [(choice, choice) for choice in [*self.field.choices, *kept]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """`needed`: whether one of them must be filled in to declare an incident."""

    all: list[Input]

    @property
    def needed(self) -> bool:
        return any(each.field.required == RequiredWhen.DECLARING for each in self.all)


@dataclass(frozen=True, slots=True)
class Shown:
    """One field on a page."""

    name: str
    text: str
    needed: str
    is_link: bool
    retired: bool


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an incident's overview shows of its services and of the installation's own fields."""

    services: list[str]
    fields: list[Shown]
    inputs: list[Input]


def inputs(kept: Mapping[str, Any], typed: Mapping[str, str]) -> Inputs:
    """The fields with what was typed, else with what is kept. One query."""
    found = []
    for field in custom_fields.offered():
        name = f"{PREFIX}{field.key}"
        found.append(Input(field, typed[name] if name in typed else _as_typed(field, kept)))
    return Inputs(found)


def _as_typed(field: CustomField, kept: Mapping[str, Any]) -> str:
    value = field.of(kept)
    if field.kind == FieldKind.YES_NO and isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "") if field.kind == FieldKind.DATE else field.worded(value)


def given(typed: Mapping[str, str]) -> dict[str, str]:
    """What a form says, by key; only of the fields that it had."""
    return {
        name.removeprefix(PREFIX): typed[name].replace("\0", "")
        for name in typed
        if name.startswith(PREFIX)
    }


def services_for(incident: Incident) -> list[Service]:
    """All services; `is_hit` where the incident hits it beside its main one. One query."""
    beside = Incident.affected_services.through.objects.filter(
        incident=incident, service=OuterRef("pk")
    )
    return list(Service.objects.annotate(is_hit=Exists(beside)))


def particulars(incident: Incident, services: Iterable[Service]) -> Particulars:
    """One query, two where it holds values of fields that are no longer asked for."""
    asked = inputs(incident.custom, {}).all
    known = {str(each.field.pk) for each in asked}
    retired = [int(pk) for pk in incident.custom if pk not in known]
    gone = CustomField.objects.filter(pk__in=retired) if retired else []
    fields = [*(each.field for each in asked), *gone]
    return Particulars(
        services=[each.name for each in services if getattr(each, "is_hit", False)],
        fields=[
            shown
            for field in fields
            if (shown := _shown(field, incident)).text or (field.on_overview and not shown.retired)
        ],
        inputs=asked,
    )


def _shown(field: CustomField, incident: Incident) -> Shown:
    return Shown(
        name=field.name,
        text=field.worded(field.of(incident.custom)),
        needed=NEEDED.get(RequiredWhen(field.required), ""),
        is_link=field.kind == FieldKind.LINK,
        retired=field.retired_at is not None,
    )
