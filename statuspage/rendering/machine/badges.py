"""Small pictures that say the state, for a README or the foot of another page."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.models import ComponentState, worst
from statuspage.rendering import words
from statuspage.rendering.machine.objects import Known, document, plain
from statuspage.rendering.pages import Document

TYPE: Final = "image/svg+xml; charset=utf-8"
# White on these is 4.5:1 or more.
_COLOURS: Final = {
    ComponentState.OPERATIONAL: "#12703f",
    ComponentState.MAINTENANCE: "#2456a6",
    ComponentState.DEGRADED: "#7d5200",
    ComponentState.PARTIAL_OUTAGE: "#a0410a",
    ComponentState.MAJOR_OUTAGE: "#b01c1c",
}
# The shape of each state, and the mark within it, in a box of 20.
_SHAPES: Final = {
    ComponentState.OPERATIONAL: (
        '<circle cx="10" cy="10" r="10"/>',
        "m5.6 10.4 3 3 5.8-6.6",
    ),
    ComponentState.MAINTENANCE: (
        '<rect width="20" height="20" rx="5"/>',
        "M10 4.8V10l3.4 2.4",
    ),
    ComponentState.DEGRADED: (
        '<path d="M10 1 20 18.5a1 1 0 0 1-.9 1.5H.9a1 1 0 0 1-.9-1.5z"/>',
        "M10 8v5M10 16.4v.1",
    ),
    ComponentState.PARTIAL_OUTAGE: (
        '<path d="m10-1 11 11-11 11L-1 10z"/>',
        "M10 5.4v5.2M10 14.4v.1",
    ),
    ComponentState.MAJOR_OUTAGE: (
        '<path d="M5.9 0h8.2L20 5.9v8.2L14.1 20H5.9L0 14.1V5.9z"/>',
        "m6.6 6.6 6.8 6.8m0-6.8-6.8 6.8",
    ),
}
_SVG: Final = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="26" \
viewBox="0 0 {width} 26" role="img" aria-label="{label}">
<title>{label}</title>
<rect x=".5" y=".5" width="{inner}" height="25" rx="6" fill="#fff" stroke="#d4d2cb"/>
<path d="M{split} .5h{bar}a6 6 0 0 1 6 6v13a6 6 0 0 1-6 6h-{bar}z" fill="{colour}"/>
<g font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif" \
font-size="12">
<text x="10" y="17.2" fill="#1a1e23" textLength="{name_width}" \
lengthAdjust="spacingAndGlyphs">{name}</text>
<text x="{word_at}" y="17.2" fill="#fff" font-weight="600" textLength="{word_width}" \
lengthAdjust="spacingAndGlyphs">{word}</text></g>
<g transform="translate({mark_at} 7) scale(.6)" fill="#fff">{shape}\
<path d="{mark}" fill="none" stroke="{colour}" stroke-width="2.6" stroke-linecap="round" \
stroke-linejoin="round"/></g>
</svg>
"""
_NARROW: Final = frozenset("ijlIftr.,:;'!|()[] -")
_WIDE: Final = frozenset("mwMW@%")
# Longer names are cut: a badge stands in a line of text.
_LONGEST: Final = 40


def documents(known: Known) -> list[Document]:
    """One of the page as a whole, and one of each component."""
    states = [known.state_of(component) for component in known.components]
    found = [document("badge.svg", TYPE, badge(known.page.name, worst(states)))]
    for component, state in zip(known.components, states, strict=True):
        svg = badge(component.name, state)
        found.append(document(f"badge/{component.slug}.svg", TYPE, svg))
    return found


def badge(name: str, state: ComponentState) -> SafeString:
    name = plain(name)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    word = words.label(state)
    name_width, word_width = _width(short), _width(word, bold=True)
    split = name_width + 20
    width = split + 25 + word_width + 9
    shape, mark = _SHAPES[state]
    return format_html(
        _SVG,
        width=width,
        inner=width - 1,
        label=f"{name}: {word}",
        split=split,
        bar=width - split - 7,
        colour=_COLOURS[state],
        name=short,
        name_width=name_width,
        word=word,
        word_at=split + 25,
        word_width=word_width,
        mark_at=split + 8,
        shape=SafeString(shape),
        mark=mark,
    )


def _width(text: str, *, bold: bool = False) -> int:
    """About as wide as the text comes out; `textLength` makes it exactly that."""
    wide = sum(_share(letter) for letter in text)
    return max(8, round(wide * (6.9 if bold else 6.5)))


def _share(letter: str) -> float:
    if ord(letter) > 0x2E80:  # written in squares
        return 1.85
    if letter in _NARROW:
        return 0.6
    return 1.45 if letter in _WIDE else 1.25 if letter.isupper() else 1.0
