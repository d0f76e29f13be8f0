"""Contrast of every pair of colours that meets on screen, computed from the stylesheet itself."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TONES = ("p0", "p1", "p2", "p3", "ok")
READ, SEEN = 4.5, 3.0  # WCAG 2.2: text, and shapes that carry meaning

TEXTS = [
    *((ink, ground) for ink in ("ink", "ink-2") for ground in ("canvas", "surface", "raised")),
    *(("ink-3", ground) for ground in ("canvas", "surface", "raised", "sunken", "hover", "chip")),
    *(("accent", ground) for ground in ("canvas", "surface", "raised", "accent-soft")),
    *(("ink", ground) for ground in ("sunken", "hover", "accent-soft")),
    *((f"{tone}-fg", ground) for tone in TONES for ground in ("canvas", "surface", f"{tone}-soft")),
    ("on-ink", "ink"),
    ("on-fill", "p0-fill"),
    ("ink-2", "chip"),
]
SHAPES = [
    *((f"{tone}-fill", ground) for tone in TONES for ground in ("canvas", "surface")),
    *(("edge", ground) for ground in ("canvas", "surface")),
]
CASES = [(*pair, READ) for pair in TEXTS] + [(*pair, SEEN) for pair in SHAPES]


def _colours() -> dict[str, tuple[str, str]]:
    found = PAIR.findall(TOKENS.read_text(encoding="utf-8"))
    return {name: (light, dark) for name, light, dark in found}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("front", "ground", "needed"), CASES)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_it_can_be_read_in_both_themes(front: str, ground: str, needed: float, theme: int) -> None:
    colours = _colours()
    assert _contrast(colours[front][theme], colours[ground][theme]) >= needed


def test_it_measures_contrast_as_the_standard_does() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
