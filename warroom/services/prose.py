"""What in a message is said and what is code: names and emoji mean nothing inside code."""

import re
from collections.abc import Callable
from typing import Final

from warroom.models import emoji

_CODE: Final = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<marks>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=marks)[`~]*[ ]*$|\Z))"
    r"|(?P<span>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))",
    re.DOTALL | re.MULTILINE,
)
_TYPED: Final = re.compile(r"(?<![\w:]):(?P<name>[a-z0-9_+-]{1,20}):(?![\w:])")


def without_code(text: str) -> str:
    return _CODE.sub(" ", text)


def outside_code(change: Callable[[str], str], text: str) -> str:
    """`text` with `change` made to what is no code."""
    parts: list[str] = []
    end = 0
    for found in _CODE.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def with_emoji(text: str) -> str:
    """`text` with :names: as emoji."""
    return outside_code(lambda said: _TYPED.sub(_as_emoji, said), text)


def _as_emoji(typed: re.Match[str]) -> str:
    return emoji.BY_NAME.get(typed["name"], typed[0])
