"""Regular expressions that people write, matched without letting one of them hold us up.

A pattern may take exponential time on the wrong text. `regex` stops a match at a time limit, which
`re` cannot; it reads the same patterns.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from incidents.kernel.errors import Invalid

LONGEST: Final = 500
TEXT_SEEN: Final = 8_000
MATCH_SECONDS: Final = 0.05
# What all matches of one finder may take together: thousands of texts, each just quick enough.
ALL_SECONDS: Final = 3.0


class NoPattern(ValueError):
    """The text is no regular expression; says where it is at fault."""


class TooSlow(Exception):
    """A match, or all of them together, did not end in time."""


def checked(pattern: str, *, field: str = "pattern") -> str:
    """The pattern as it is; Invalid, with the place of the fault, when it is none."""
    if len(pattern) > LONGEST:
        raise Invalid(f"A pattern has at most {LONGEST} characters.", field=field)
    try:
        compiled(pattern, ignore_case=True)
    except NoPattern as error:
        raise Invalid(f"That is no regular expression: {error}.", field=field) from error
    return pattern


def finder(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds the pattern, upper and lower case alike; TooSlow past a time limit."""
    searched, left = compiled(pattern, ignore_case=True), ALL_SECONDS

    def found(text: str) -> bool:
        nonlocal left
        if left <= 0:
            told = f"The pattern takes longer than {ALL_SECONDS:g} s over all there is to look at."
            raise TooSlow(told)
        began = time.monotonic()
        try:
            return searched.search(text[:TEXT_SEEN], timeout=MATCH_SECONDS) is not None
        except TimeoutError as error:
            raise TooSlow(
                f"The pattern takes longer than {MATCH_SECONDS * 1000:.0f} ms."
            ) from error
        finally:
            left -= time.monotonic() - began

    return found


@lru_cache(maxsize=512)
def compiled(pattern: str, *, ignore_case: bool = False) -> Any:
    """The pattern; match it with `timeout=MATCH_SECONDS`. Raises NoPattern where it is none."""
    import regex  # noqa: PLC0415  8 MB in each process, and most never match a pattern

    try:
        return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error as error:
        raise NoPattern(str(error)) from error
