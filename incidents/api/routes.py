"""API addresses end without a slash; one with a slash means the same."""

from typing import Any

from django.urls import URLPattern
from django.urls.resolvers import RoutePattern
from rest_framework.views import APIView


class _WithOrWithoutSlash(RoutePattern):
    def match(self, path: str) -> Any:
        return super().match(path.removesuffix("/"))


def route(pattern: str, view: type[APIView], *, name: str) -> URLPattern:
    """The pattern `pattern` (as in django.urls.path, no trailing slash) leading to `view`.

    A `<ref>` in it names an incident: the view's declared action is checked against that incident
    before the view runs.
    """
    if pattern.endswith("/"):
        raise ValueError(f"write {pattern!r} without the trailing slash")
    return URLPattern(
        _WithOrWithoutSlash(pattern, name=name, is_endpoint=True), view.as_view(), {}, name
    )
