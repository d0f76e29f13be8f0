"""Every screen on the first day, on a bad night, and with far too much on it."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from incidents.kernel import clock
from tests.access.addresses import every_address
from tests.browser.crowd import overfull
from tests.browser.stops import ANYTHING, NO_PAGES, STOPS
from tests.browser.walking import Walk
from tests.browser.world import World, fresh, typical
from tests.browsing import Visits

pytestmark = pytest.mark.browser
WORLDS: Final[dict[str, Callable[[], World]]] = {
    "fresh": fresh,
    "typical": typical,
    "overfull": overfull,
}


# The longest walk is done in parts, side by side.
PARTS: Final = {"fresh": 1, "typical": 2, "overfull": 1}


@pytest.fixture
def walk(data: str, transactional_db: None, browse: Visits) -> Walk:
    try:
        world = WORLDS[data]()
    finally:
        clock.replace(None)
    return Walk(data, world, browse)


@pytest.mark.parametrize(
    ("data", "part"), [(data, part) for data, parts in PARTS.items() for part in range(parts)]
)
def test_everybody_can_read_and_use_every_screen(data: str, part: int, walk: Walk) -> None:
    stops = [stop for stop in STOPS if data in stop.worlds]
    for stop in stops[part :: PARTS[data]]:
        walk.look_at(stop)
    if walk.faults:
        pytest.fail("\n\n".join(walk.faults))


def _walked() -> Iterator[str]:
    for stop in STOPS:
        path = stop.path.format(**ANYTHING).partition("?")[0]
        try:
            yield resolve(path).view_name
        except Resolver404:
            assert stop.is_public or stop.status == 404, stop.path


@pytest.mark.django_db
def test_it_looks_at_every_page_there_is(client: Client) -> None:
    asked = {a.name: a.path(ANYTHING) for a in every_address() if not a.is_api}
    pages = {name for name, path in asked.items() if client.get(path).status_code != 405}
    assert pages - set(_walked()) == set(NO_PAGES), "walk the new page in tests/browser/stops.py"
