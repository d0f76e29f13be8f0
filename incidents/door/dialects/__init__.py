"""One protocol a file: where it is served, where its key is, how it answers.

A dialect adds itself to `DIALECTS`. Its addresses become a table when the door is first used, so
that finding the dialect of a request stays a look-up in a dictionary.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from incidents.door.dialect import Dialect
from incidents.kernel.registry import Registry

DIALECTS: Registry[Dialect] = Registry("incidents.door.dialects")
Found = tuple[Dialect, Mapping[str, str]]
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PARAMETER = re.compile(r"\{(\w+)(\*?)\}")


class Routes:
    """`fixed` paths are the same for everybody, those `under` a prefix end in one parameter;
    `others` have parameters elsewhere and are few."""

    def __init__(self, dialects: list[Dialect]) -> None:
        self.fixed: dict[str, Dialect] = {}
        self.under: dict[str, tuple[Dialect, str]] = {}
        self.others: list[tuple[re.Pattern[str], Dialect]] = []
        for dialect in dialects:
            for path in dialect.paths:
                self._add(path, dialect)

    def _add(self, path: str, dialect: Dialect) -> None:
        names = [name for name, _ in _PARAMETER.findall(path)]
        head, _, last = path.removesuffix("/").rpartition("/")
        if not names:
            known, self.fixed[path] = self.fixed.get(path), dialect
        elif len(names) == 1 and _PARAMETER.fullmatch(last) and not last.endswith("*}"):
            entry = self.under.get(head)
            known, self.under[head] = entry and entry[0], (dialect, names[0])
        else:
            known = None
            pattern = _PARAMETER.sub(_as_group, path)
            self.others.append((re.compile(pattern), dialect))
        if known is not None:
            raise ValueError(f"{path} is served by two dialects")

    def find(self, path: str) -> Found | None:
        bare = path.removesuffix("/")
        fixed = self.fixed.get(bare)
        if fixed is not None:
            return fixed, _NOTHING
        head, _, last = bare.rpartition("/")
        entry = self.under.get(head)
        if entry is not None and last:
            return entry[0], {entry[1]: last}
        for pattern, dialect in self.others:
            if found := pattern.fullmatch(bare):
                return dialect, found.groupdict()
        return None


def _as_group(parameter: re.Match[str]) -> str:
    return f"(?P<{parameter[1]}>{'.+' if parameter[2] else '[^/]+'})"


@cache
def routes() -> Routes:
    return Routes([dialect for _, dialect in DIALECTS.items()])
