"""Every address of the product, as the resolver has it, with what it declares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = "public"


@dataclass(frozen=True)
class Address:
    """`route` is relative to the root; `actions` maps methods to actions, None if undeclared."""

    route: str
    name: str
    is_api: bool
    actions: tuple[tuple[str, str], ...] | None

    def __str__(self) -> str:
        return f"/{self.route}"

    def path(self, values: Mapping[str, Any]) -> str:
        """The address with `values` for its parameters; each parameter must be known."""
        parts = []
        for part in self.route.split("/"):
            name = part.strip("<>").rpartition(":")[2]
            parts.append(str(values[name]) if part.startswith("<") else part)
        return f"/{'/'.join(parts)}"

    @property
    def parameters(self) -> set[str]:
        return {
            part.strip("<>").rpartition(":")[2]
            for part in self.route.split("/")
            if part.startswith("<")
        }


def _walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, pattern.app_name or space)
        elif isinstance(pattern, URLPattern):
            yield _address(pattern, route, f"{space}:{pattern.name}")


def _address(pattern: URLPattern, route: str, name: str) -> Address:
    view = getattr(pattern.callback, "cls", None)
    if view is not None:
        declared = getattr(view, "actions", None)
        actions = tuple(declared.items()) if declared else None
    else:
        action = getattr(pattern.callback, "action", None)
        actions = (("GET", action), ("POST", action)) if action else None
    return Address(route, name, view is not None, actions)


@cache
def every_address() -> list[Address]:
    """All but the pages of the Django admin, which tests/admin opens one by one."""
    return [a for a in _walk(get_resolver().url_patterns) if not a.route.startswith("admin/")]
