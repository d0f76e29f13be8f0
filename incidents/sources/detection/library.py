"""The rules that come with the product: TOML files, switched off until somebody wants them.

The file's name is the slug. `source` is the kind of source that the query is written for; a rule
gets the one source of that kind where there is just one, and waits for its source otherwise.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from incidents.kernel import options
from incidents.models import DetectionRule, RuleMode, TelemetrySource
from incidents.pipeline.triage import Severities
from incidents.sources.detection import KINDS

FOLDER: Final = Path(__file__).resolve().parent / "built_in_rules"
REASON: Final = "Came with the product"
_FIELDS: Final = frozenset(
    {
        *("name", "description", "kind", "query", "comparator", "threshold", "settings"),
        *("hold_seconds", "interval_seconds", "no_data"),
    }
)


class LibraryError(ValueError):
    """A file of the library cannot be read."""


@dataclass(frozen=True)
class Entry:
    """One file: the fields of its rule as they are stored."""

    slug: str
    source_kind: str
    severity: str
    fields: dict[str, Any]


@cache
def entries(folder: Path = FOLDER) -> dict[str, Entry]:
    """Every shipped rule by its slug."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.toml"))}


def read(path: Path) -> Entry:
    """Raises LibraryError, naming the file, for what is unknown or missing."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        source_kind, severity = told.pop("source"), told.pop("severity")
        odd = sorted(set(told) - _FIELDS)
        if odd:
            raise LibraryError(f"{path.name}: there is no field {odd[0]!r}.")
        given = told.get("settings", {})
        told["settings"] = options.checked(KINDS[told["kind"]].options, given)
    except KeyError as error:
        raise LibraryError(f"{path.name}: {error} is missing or unknown.") from error
    return Entry(path.stem, source_kind, severity, told)


@transaction.atomic
def load_rules() -> list[DetectionRule]:
    """Bring the shipped rules in, or up to date; returns those that were written.

    What people have edited, or deleted, stays as they left it. Running it again changes nothing.
    """
    present = {rule.library_slug: rule for rule in DetectionRule.objects.exclude(library_slug="")}
    past = DetectionRule.history.exclude(library_slug="")
    deleted = set(past.filter(history_type="-").values_list("library_slug", flat=True))
    edited = set(past.exclude(history_change_reason=REASON).values_list("library_slug", flat=True))
    severities = Severities.load()
    written = []
    for entry in entries().values():
        rule = present.get(entry.slug)
        if rule is None and entry.slug in deleted | edited:
            continue
        if rule is None or entry.slug not in edited:
            written.append(_bring_in(entry, rule, severities))
    return [rule for rule in written if rule]


def _bring_in(
    entry: Entry, present: DetectionRule | None, severities: Severities
) -> DetectionRule | None:
    if present is None and DetectionRule.objects.filter(name=entry.fields["name"]).exists():
        return None
    rule = present or DetectionRule(library_slug=entry.slug, mode=RuleMode.OFF)
    fields = {**entry.fields, "severity": severities.named(entry.severity)}
    if present and all(getattr(rule, name) == value for name, value in fields.items()):
        return None
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.source = rule.source or the_one_source(entry.source_kind)
    rule._change_reason = REASON  # type: ignore[attr-defined]  # noqa: SLF001  simple_history reads it
    rule.save()
    return rule


def the_one_source(kind: str) -> TelemetrySource | None:
    found = list(TelemetrySource.objects.filter(kind=kind)[:2])
    return found[0] if len(found) == 1 else None
