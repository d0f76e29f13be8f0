"""How long Markdown would take to render, estimated before it is tried.

Measured on python-markdown: an opening bracket without its closing one makes the parser look to
the end of the block, for each bracket anew; 20,000 of them take four minutes. Fences and lines cost
about a millisecond each. Text by people stays far below these bounds.
"""

import re
from typing import Final

# Characters looked at in search of closing brackets: about a second.
MOST_STEPS: Final = 2_000_000
MOST_FENCES: Final = 400
MOST_LINES: Final = 2_000

_BLOCKS: Final = re.compile(r"\n[ \t]*\n")
_FENCE: Final = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_CLOSES: Final = {"]": "[", ")": "(", ">": "<"}
_BRACKETS: Final = re.compile(r"[\[\]()<>]")


def is_too_much(text: str) -> bool:
    """Whether rendering `text` might take longer than a second or two."""
    if text.count("\n") > MOST_LINES or len(_FENCE.findall(text)) > MOST_FENCES:
        return True
    return sum(_steps(block) for block in _BLOCKS.split(text)) > MOST_STEPS


def _steps(block: str) -> int:
    """The distances from each opening bracket to its closing one, or to the end of the block."""
    steps = 0
    waiting: dict[str, list[int]] = {"[": [], "(": [], "<": []}
    for found in _BRACKETS.finditer(block):
        bracket, at = found.group(), found.start()
        if bracket in waiting:
            waiting[bracket].append(at)
        elif waiting[_CLOSES[bracket]]:
            steps += at - waiting[_CLOSES[bracket]].pop()
    return steps + sum(len(block) - at for left in waiting.values() for at in left)
