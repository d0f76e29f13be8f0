"""How one text becomes another: by lines first, then within what is left of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

# Comparing takes the product of both, at worst.
MOST_COMPARED: Final = 4_000_000
Kind = Literal["same", "added", "removed", "gap"]


@dataclass(frozen=True, slots=True)
class Edit:
    """At byte `at` of the old text in UTF-8, `removed` bytes give way to `inserted`."""

    at: int
    removed: int
    inserted: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison; `gap` stands for lines that are the same in both."""

    kind: Kind
    text: str


Block = tuple[int, int, int, int]


def edits(old: str, new: str) -> list[Edit]:
    """What makes `new` of `old`, the last edit first, so that no edit moves another."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    offsets = [0]
    for line in before:
        offsets.append(offsets[-1] + len(line.encode()))
    found = [
        _narrowed(offsets[i1], "".join(before[i1:i2]), "".join(after[j1:j2]))
        for i1, i2, j1, j2 in _changed(before, after)
    ]
    return found[::-1]


def _narrowed(at: int, old: str, new: str) -> Edit:
    head = _shared(old, new)
    old, new, start = old[head:], new[head:], at + len(old[:head].encode())
    tail = _shared(old[::-1], new[::-1])
    kept = len(old) - tail
    return Edit(start, len(old[:kept].encode()), new[: len(new) - tail])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    pairs = zip(one, other, strict=False)
    different = (at for at, (a, b) in enumerate(pairs) if a != b)
    return next(different, min(len(one), len(other)))


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    """The runs of lines that differ: from, to (exclusive) in the one and in the other."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if not old and not new:
        return
    if len(old) * len(new) > MOST_COMPARED:
        yield head, head + len(old), head, head + len(new)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + i1, head + i2, head + j1, head + j2


def counted(old: str, new: str) -> tuple[int, int]:
    """How many lines were added and removed."""
    added = removed = 0
    for i1, i2, j1, j2 in _changed(old.splitlines(), new.splitlines()):
        removed += i2 - i1
        added += j2 - j1
    return added, removed


def lines(old: str, new: str, *, around: int = 3) -> list[Line]:
    """The difference with `around` lines on each side of it; empty when there is none."""
    before, after = old.splitlines(), new.splitlines()
    shown: list[Line] = []
    reached = 0
    for i1, i2, j1, j2 in _changed(before, after):
        shown += _between(before[reached:i1], around, opens=reached == 0)
        shown += [Line("removed", text) for text in before[i1:i2]]
        shown += [Line("added", text) for text in after[j1:j2]]
        reached = i2
    if shown:
        shown += [Line("same", text) for text in before[reached : reached + around]]
        shown += _gap(len(before) - reached - around)
    return shown


def _between(same: list[str], around: int, *, opens: bool) -> list[Line]:
    head = [] if opens else same[:around]
    tail = same[len(head) :][-around:]
    left = len(same) - len(head) - len(tail)
    return [
        *(Line("same", text) for text in head),
        *_gap(left),
        *(Line("same", text) for text in tail),
    ]


def _gap(count: int) -> list[Line]:
    if count <= 0:
        return []
    return [Line("gap", f"{count} more line{'s' if count > 1 else ''} the same in both")]
