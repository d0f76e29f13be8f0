"""How a runbook's Markdown divides into an introduction and steps."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from runbooks.rendering.fences import marked_lines

MAX_TITLE = 200

_HEADING = re.compile(r"^ {0,3}(#{2,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_TOP_HEADING = re.compile(r"^ {0,3}#[ \t]+\S")
_TASK = re.compile(r"^(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\][ \t]+(.+)$")
_NUMBERED = re.compile(r"^\d+[.)][ \t]+(.+)$")
_OWN_NUMBER = re.compile(r"^(?:step[ \t]+\d+[.):]?|\d+[.):])[ \t]*", re.IGNORECASE)
_CHECKBOX = re.compile(r"^\[[ xX]\][ \t]+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"`+|\*\*|__")

# Lines, and the number of the fenced block that each belongs to.
Lines = Sequence[tuple[str, int]]
# Where a step starts, and its heading as it is written.
Starts = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """`title` is plain text, `body` is Markdown."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Outline:
    introduction: str
    steps: tuple[Step, ...]


@lru_cache(maxsize=512)
def outline(text: str) -> Outline:
    """Headings below the title start steps; without headings the items of a task list do, and
    without those the items of a numbered list. What stands before is the introduction."""
    lines = list(marked_lines(text))
    starts = _headings(lines) or _items(lines, _TASK) or _items(lines, _NUMBERED)
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    steps = tuple(
        _step(heading, lines[start + 1 : end])
        for (start, heading), end in zip(starts, ends, strict=False)
    )
    before = lines[: starts[0][0]] if starts else lines
    return Outline(_introduction(before), steps)


def _headings(lines: Lines) -> Starts:
    """The headings of the highest level that there is below the title."""
    found = [
        (number, len(match[1]), match[2])
        for number, (line, in_code) in enumerate(lines)
        if not in_code and (match := _HEADING.match(line))
    ]
    level = min((level for _, level, _ in found), default=0)
    return [(number, heading) for number, at, heading in found if at == level]


def _items(lines: Lines, pattern: re.Pattern[str]) -> Starts:
    return [
        (number, match[1])
        for number, (line, in_code) in enumerate(lines)
        if not in_code and (match := pattern.match(line))
    ]


def _step(heading: str, lines: Lines) -> Step:
    body = _joined(lines)
    if _LINK.search(heading):
        # A title is plain text: the link would be lost.
        body = f"{heading}\n\n{body}".strip()
    return Step(_plain(heading)[:MAX_TITLE], body)


def _plain(heading: str) -> str:
    text = _MARKS.sub("", _LINK.sub(r"\1", heading)).strip()
    return _CHECKBOX.sub("", _OWN_NUMBER.sub("", text)) or text or "Untitled step"


def _introduction(lines: Lines) -> str:
    """Without the document's own title, which the page shows already."""
    written = [number for number, (line, _) in enumerate(lines) if line.strip()]
    if written and _TOP_HEADING.match(lines[written[0]][0]):
        lines = lines[written[0] + 1 :]
    return _joined(lines)


def _joined(lines: Lines) -> str:
    return textwrap.dedent("\n".join(line for line, _ in lines)).strip()
