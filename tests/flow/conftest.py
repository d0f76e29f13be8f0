"""The whole product, started once for the tests that look at it from outside."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.product import Product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with Product() as running:
        yield running


@pytest.fixture(scope="session")
def token(product: Product) -> str:
    return product.api_key("admin")


def eventually(look: Callable[[], Any], *, seconds: float = 30) -> Any:
    """What `look` sees, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"not seen within {seconds} s")
