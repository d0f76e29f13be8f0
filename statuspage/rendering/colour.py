"""Colours of a theme that stay readable. Contrast as WCAG 2.2 counts it."""

import re
from collections.abc import Iterable
from typing import Final

READABLE: Final = 4.5
_HEX: Final = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_STEPS: Final = 20


def is_colour(text: str) -> bool:
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours as #rrggbb."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def is_readable(text: str, backgrounds: Iterable[str]) -> bool:
    return all(contrast(text, background) >= READABLE for background in backgrounds)


def legible(colour: str, backgrounds: Iterable[str], *, towards: str) -> str:
    """`colour`, moved as far towards `towards` as it takes to be read on each of `backgrounds`."""
    grounds = list(backgrounds)
    for step in range(_STEPS):
        mixed = _mixed(colour, towards, step / _STEPS)
        if is_readable(mixed, grounds):
            return mixed
    return towards


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
