"""Looking at one screen as everybody does: in light and dark, on wide and narrow screens."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from tests.browser.stop import Stop
from tests.browser.stops import STOPS
from tests.browser.world import World
from tests.browsing import Scheme, Visits

WIDE, MIDDLE, NARROW, NARROWEST = 1440, 768, 390, 320
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS: Final = {
    "runOnly": RULES,
    "resultTypes": ["violations"],
    # Not needed, and a tenth of its time.
    **dict.fromkeys(("selectors", "preload", "iframes"), False),
}
_AXE: Final = "options => axe.run(options).then(found => found.violations)"
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
Looks = tuple[tuple[Scheme, int], ...]
# Axe is slow, above all on long pages. It looks at each screen once, at every other one on a phone
# in the dark; where there is too much of everything it looks at what it has not seen elsewhere.
LOOKS: Final[dict[str, Looks]] = {
    "fresh": (("light", NARROW),),
    "typical": (("light", WIDE), ("dark", NARROW)),
    "overfull": (("dark", WIDE),),
}
# EVERY_LOOK=1: in both, and wherever there is something.
EVERY_LOOK: Final = bool(os.environ.get("EVERY_LOOK"))
# SCREENSHOTS=DIR: where pictures of all screens go.
PICTURES: Final = os.environ.get("SCREENSHOTS", "")

_SETTLED: Final = """() => {
  const mark = document.querySelector("[data-live]");
  const live = !mark || mark.dataset.state === "live";
  const docs = document.getElementById("swagger-ui");
  const drawn = !docs || docs.querySelector(".opblock");
  return live && drawn && !document.querySelector("[data-panel] .skel, .htmx-request");
}"""
# What makes the page wider than the screen, and what scrolls sideways in a box of its own, but for
# tables, code and rows of tabs.
_TOO_WIDE: Final = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= innerWidth) return [];
  return [page, ...document.querySelectorAll("body *")]
    .filter((element) => element === page || element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5)
    .map((element) => element.cloneNode(false).outerHTML.slice(0, 200));
}"""
_SIDEWAYS: Final = """() => [...document.querySelectorAll("body *")]
  .filter((element) => !element.matches("pre, table, figure, .tabs, .moves, .scroll-x"))
  .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX))
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.cloneNode(false).outerHTML.slice(0, 200))"""


class Walk:
    """Goes from screen to screen of one set of data and writes down what is wrong with them."""

    def __init__(self, data: str, world: World, browse: Visits) -> None:
        self.faults: list[str] = []
        self.data = data
        self._world = world
        self._browse = browse
        self._pages: dict[str, Page] = {}

    def look_at(self, stop: Stop) -> None:
        try:
            page = self._open(stop)
            found = list(faults(page, stop, self._looks(stop)))
            if PICTURES:
                self._take_pictures(page, stop)
        except (Error, AssertionError) as error:
            found = [str(error)]
        expected = f"status of {stop.status} "
        found += [said for said in self._browse.complaints() if expected not in said]
        self.faults += [f"{stop.name}, {fault}" for fault in found]

    def _looks(self, stop: Stop) -> Looks:
        looks = LOOKS[self.data]
        if EVERY_LOOK:
            return looks
        if self.data == "overfull":
            return () if "typical" in stop.worlds else looks
        nth = STOPS.index(stop) % len(looks)
        return looks[nth : nth + 1]

    def _open(self, stop: Stop) -> Page:
        page = self._page_of(stop.by)
        turn(page, WIDE, "light")
        answer = page.goto(stop.path.format(**self._world.places))
        if stop.deed:
            stop.deed(page)
        elif answer:
            assert answer.status == stop.status
        page.wait_for_load_state()
        page.wait_for_function(_SETTLED)
        return page

    def _page_of(self, handle: str) -> Page:
        """One page for each person: what it has loaded once, the browser keeps."""
        if handle not in self._pages:
            people = self._world.people
            user = people.get(handle, people["admin"]) if handle else None
            self._pages[handle] = self._browse.page(user)
        return self._pages[handle]

    def _take_pictures(self, page: Page, stop: Stop) -> None:
        for width in (WIDE, MIDDLE, NARROW):
            for scheme in SCHEMES:
                turn(page, width, scheme)
                if stop.foreign:  # it asks for the scheme when it loads, and not again
                    page.reload()
                name = f"{stop.name}-{self.data}-{width}-{scheme}.png"
                page.screenshot(path=Path(PICTURES, name), full_page=True)


def faults(page: Page, stop: Stop, looks: Looks) -> Iterator[str]:
    """What is wrong with the screen that `page` shows."""
    if looks:
        page.evaluate(Axe().axe_script)
    for scheme, width in looks[:1] if stop.foreign else looks:
        turn(page, width, scheme)
        for fault in violations(page):
            if not stop.foreign or fault.startswith("critical"):
                yield f"{scheme}, {width} px: {fault}"
    for width in (NARROW, NARROWEST) if stop.is_public else (NARROW,):
        turn(page, width, "dark")
        for script in (_TOO_WIDE,) if stop.foreign else (_TOO_WIDE, _SIDEWAYS):
            for element in page.evaluate(script):
                yield f"{width} px, sticks out: {element}"


def turn(page: Page, width: int, scheme: Scheme) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


def violations(page: Page) -> Iterator[str]:
    """What axe finds, which is on the page already."""
    found: list[dict[str, Any]] = page.evaluate(_AXE, OPTIONS)
    for rule in found:
        for node in rule["nodes"][:3]:
            yield f"{rule['impact']} {rule['id']}: {node['html'][:200]} {node['failureSummary']}"
