"""A real browser, signed in, on a page of the console."""

import pytest
from playwright.sync_api import Page

from tests.browsing import Visits
from tests.conftest import People


@pytest.fixture
def console(browse: Visits, people: People) -> Page:
    """The account page of the commander, who sits in Tokyo."""
    return browse(people.commander, "/account", zone="Asia/Tokyo")
