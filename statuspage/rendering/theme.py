"""The look of a page as one small style sheet of tokens.

Nothing else can be set, and whatever is set stays readable: a ground on which the words of the page
could not be read is left out, and links take a tone of the brand that can be.
"""

from collections.abc import Iterator
from typing import Final

from statuspage.models import Corners, Font, StatusPage, Theme
from statuspage.rendering.colour import is_colour, is_readable, legible

PATH: Final = "theme.css"
# As in static/status/status.css: what is there where a page sets nothing, and the colours of text
# that stands on page and surface.
OWN: Final = {
    "light": {"brand": "#17456b", "page": "#f6f5f1", "surface": "#ffffff"},
    "dark": {"brand": "#9cc9ee", "page": "#111417", "surface": "#191d22"},
}
TEXT: Final = {
    "light": ("#1a1e23", "#59616b", "#12703f", "#7d5200", "#a0410a", "#b01c1c", "#2456a6"),
    "dark": ("#eceef0", "#a6aeb8", "#74d6a4", "#f2c662", "#ffa775", "#ff938a", "#96bcff"),
}
_INK: Final = {"light": "#000000", "dark": "#ffffff"}
_FONTS: Final = {
    Font.SERIF: '"Iowan Old Style", Charter, "Noto Serif", Georgia, "Liberation Serif", serif',
    Font.ROUND: 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Quicksand, Comfortaa, '
    'Manjari, "Arial Rounded MT Bold", Nunito, "Noto Sans", sans-serif',
    Font.MONO: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
}
_RADII: Final = {Corners.SHARP: "2px", Corners.ROUND: "22px"}


def style(page: StatusPage) -> str:
    """The style sheet; empty where the page looks as the product does. Grounds are of two schemes:
    browsers that know but one keep the product's own."""
    plain, schemed = _rules(_tokens(page)), _rules(_schemed(page))
    sheet = f":root{{{plain}}}" if plain else ""
    if schemed:
        sheet += f"@supports (color:light-dark(#000,#fff)){{:root{{{schemed}}}}}"
    return sheet and f"{sheet}\n"


def _rules(tokens: Iterator[tuple[str, str]]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens)


def ground(page: StatusPage, scheme: str) -> str:
    """The colour behind everything, for the browser's own bars."""
    return _grounds(page, scheme)["page"]


def scheme(page: StatusPage) -> str:
    """light or dark where the page is always so."""
    return "" if page.theme == Theme.SYSTEM else page.theme


def refused(page: StatusPage) -> list[str]:
    """The fields of grounds on which the page's words could not be read."""
    return [
        f"{name}_{scheme}"
        for scheme in OWN
        for name in ("page", "surface")
        if (wanted := _wanted(page, name, scheme)) and not is_readable_on(wanted, scheme)
    ]


def is_readable_on(ground: str, scheme: str) -> bool:
    return all(is_readable(text, [ground]) for text in TEXT[scheme])


def _wanted(page: StatusPage, name: str, scheme: str) -> str:
    found = getattr(page, f"{name}_{scheme}")
    return found.lower() if is_colour(found) else ""


def _grounds(page: StatusPage, scheme: str) -> dict[str, str]:
    found = {}
    for name in ("page", "surface"):
        wanted = _wanted(page, name, scheme)
        is_taken = wanted and is_readable_on(wanted, scheme)
        found[name] = wanted if is_taken else OWN[scheme][name]
    return found


def _brand(page: StatusPage) -> str:
    return page.brand.lower() if is_colour(page.brand) else ""


def _tokens(page: StatusPage) -> Iterator[tuple[str, str]]:
    if brand := _brand(page):
        yield "brand", brand
        yield "on-brand", _on(brand, page.on_brand)
    if page.font in _FONTS:
        yield "font", _FONTS[Font(page.font)]
    if page.corners in _RADII:
        yield "radius", _RADII[Corners(page.corners)]


def _schemed(page: StatusPage) -> Iterator[tuple[str, str]]:
    light, dark = _grounds(page, "light"), _grounds(page, "dark")
    changed = [name for name in light if (light[name], dark[name]) != _own(name)]
    for name in changed:
        yield name, f"light-dark({light[name]},{dark[name]})"
    if changed or _brand(page):
        yield "link", f"light-dark({_link(page, 'light')},{_link(page, 'dark')})"


def _own(name: str) -> tuple[str, str]:
    return OWN["light"][name], OWN["dark"][name]


def _link(page: StatusPage, scheme: str) -> str:
    """The brand, as much lighter or darker as it takes to be read where links stand."""
    brand = _brand(page) or OWN[scheme]["brand"]
    return legible(brand, _grounds(page, scheme).values(), towards=_INK[scheme])


def _on(brand: str, wanted: str) -> str:
    """The words on a button: as wanted where they can be read, else black or white."""
    if is_colour(wanted) and is_readable(wanted.lower(), [brand]):
        return wanted.lower()
    return "#ffffff" if is_readable("#ffffff", [brand]) else "#000000"
