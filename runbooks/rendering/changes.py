"""What changed between two versions, line by line and field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

CONTEXT = 3

Kind = Literal["same", "added", "removed", "gap"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: Kind
    text: str

    @property
    def mark(self) -> str:
        return {"added": "+", "removed": "−", "gap": "…"}.get(self.kind, " ")

    @property
    def word(self) -> str:
        """For those who do not see the mark."""
        return {"added": "Added: ", "removed": "Removed: "}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, in words."""

    name: str
    old: str
    new: str


def difference(old: str, new: str) -> list[DiffLine]:
    """The changed lines with a little around them; empty where nothing differs."""
    before, after = old.splitlines(), new.splitlines()
    groups = SequenceMatcher(a=before, b=after).get_grouped_opcodes(CONTEXT)
    parts = [list(_lines(group, before, after)) for group in groups]
    shown = parts[:1]
    for _, part in pairwise(parts):
        shown += [[DiffLine("gap", "")], part]
    return [line for part in shown for line in part]


def _lines(
    group: list[tuple[str, int, int, int, int]], before: list[str], after: list[str]
) -> Iterator[DiffLine]:
    for tag, a, a_end, b, b_end in group:
        if tag == "equal":
            yield from (DiffLine("same", line) for line in before[a:a_end])
            continue
        yield from (DiffLine("removed", line) for line in before[a:a_end])
        yield from (DiffLine("added", line) for line in after[b:b_end])


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """The fields of `new` whose words differ from `old`."""
    return [
        Change(name, old.get(name, ""), value)
        for name, value in new.items()
        if old.get(name, "") != value
    ]
