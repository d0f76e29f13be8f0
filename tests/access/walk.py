"""Every address of the product that Django serves, and what each declares."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# The API's description tells nothing that the source does not; Django's admin guards itself.
OPEN = ("api/schema", "api/docs")
ADMIN = "admin/"


@dataclass(frozen=True)
class Door:
    """One address and one method, and the action of the policy that it declares."""

    route: str
    method: str
    action: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


def routes() -> Iterator[tuple[str, URLPattern]]:
    yield from _below(get_resolver().url_patterns, "")


def _below(
    patterns: list[URLPattern | URLResolver], start: str
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = start + str(pattern.pattern)
        if route == ADMIN or route in OPEN:
            continue
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        else:
            yield route, pattern


def doors() -> list[Door]:
    """Pages are asked with GET, and with POST where they take nothing else."""
    return [door for route, pattern in routes() for door in _of(route, pattern)]


def _of(route: str, pattern: URLPattern) -> Iterator[Door]:
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    if view is None:
        yield Door(route, "PAGE", getattr(pattern.callback, "action", None))
        return
    actions = getattr(view, "actions", {})
    for method in view.http_method_names:
        if hasattr(view, method) and method not in ("options", "head"):
            yield Door(route, method.upper(), actions.get(method.upper()))
