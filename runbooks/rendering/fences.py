"""Which lines of a Markdown text are code: nothing inside a fence is a heading or a list."""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[^`]*$")


def marked_lines(text: str) -> Iterator[tuple[str, int]]:
    """Each line of `text`, and the number of the fenced block it belongs to (its fences included),
    or 0 outside of any. A block that is never closed goes on to the end."""
    block = 0
    closing: re.Pattern[str] | None = None
    for line in text.splitlines():
        if closing:
            yield line, block
            if closing.match(line):
                closing = None
            continue
        opening = _FENCE.match(line)
        if opening:
            mark = opening["mark"]
            closing = re.compile(rf"^[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
            block += 1
        yield line, block if opening else 0
