"""Templates of the shared document, and where a line from the chat goes. Knows no database."""

import re
from dataclasses import dataclass
from typing import Final

from incidents.kernel.errors import NotFound

FROM_THE_ROOM: Final = "From the room"
_HEADING: Final = re.compile(r"^#{1,6}[ \t]+(?P<title>.*?)[ \t#]*$")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Outline:
    name: str
    title: str
    about: str
    text: str


OUTLINES: Final = (
    Outline(
        "findings",
        "Know, tried, next",
        "The three questions that everybody who joins asks",
        "## What we know\n\n- \n\n## What we tried\n\n- \n\n## Next\n\n- [ ] \n",
    ),
    Outline(
        "handover",
        "Handover",
        "For those who take over at the end of a shift",
        "## Handover\n\n**State now:** \n\n**Watch out for:** \n\n**Waiting for:** \n\n"
        "**Do next:**\n\n1. \n",
    ),
    Outline(
        "customers",
        "Words to customers",
        "What to say outside, agreed on before it is said",
        "## Words to customers\n\n**What fails for them:** \n\n**Since when:** \n\n"
        "**What they can do meanwhile:** \n\n**When they hear from us again:** \n",
    ),
    Outline(
        "hypotheses",
        "Hypotheses",
        "What it could be, and what speaks for and against",
        "## Hypotheses\n\n| It could be | For | Against | Who looks |\n"
        "| --- | --- | --- | --- |\n|  |  |  |  |\n",
    ),
)
_BY_NAME: Final = {outline.name: outline for outline in OUTLINES}


def named(name: str) -> Outline:
    outline = _BY_NAME.get(name)
    if outline is None:
        raise NotFound(f"There is no template {name!r}.", f"There are: {', '.join(_BY_NAME)}.")
    return outline


@dataclass(frozen=True, slots=True)
class Placed:
    """A text with one more line in it, under `heading`."""

    heading: str
    text: str


def place(text: str, line: str, *, by: str) -> Placed:
    """`text` with `line` at the end of a section, signed: under the heading that it begins with
    ("Tried: restart" under "What we tried"), else under one of its own at the end."""
    lines = text.splitlines()
    named, colon, rest = line.partition(":")
    at = _heading(lines, named.strip()) if colon and rest.strip() else None
    said = rest.strip() if at is not None else line
    if at is None:
        at = _heading(lines, FROM_THE_ROOM)
    if at is None:
        lines += [*([""] if lines and lines[-1].strip() else []), f"## {FROM_THE_ROOM}"]
        at = len(lines) - 1
    end = _end(lines, at)
    gap = [""] if end == at + 1 else []
    lines[end:end] = [*gap, f"- {said} ({by})"]
    return Placed(_title(lines[at]), "\n".join(lines) + "\n")


def _heading(lines: list[str], title: str) -> int | None:
    """The number of the line with this heading: the title itself, or one that ends with it."""
    wanted = title.casefold()
    found = [(at, _title(lines[at]).casefold()) for at in _headings(lines)]
    exact = (at for at, known in found if known == wanted)
    ending = (at for at, known in found if wanted and known.endswith(f" {wanted}"))
    return next(exact, next(ending, None))


def _headings(lines: list[str]) -> list[int]:
    """The lines that are headings; a # inside a block of code is none."""
    found, in_code = [], False
    for at, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code and _HEADING.match(line):
            found.append(at)
    return found


def _title(line: str) -> str:
    found = _HEADING.match(line)
    return found["title"] if found else ""


def _end(lines: list[str], at: int) -> int:
    """Where the section of the heading at `at` ends, but for empty lines and empty points."""
    following = [other for other in _headings(lines) if other > at]
    end = following[0] if following else len(lines)
    while end > at + 1 and lines[end - 1].strip() in ("", "-", "- [ ]"):
        end -= 1
    return end
