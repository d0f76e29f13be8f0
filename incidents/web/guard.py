"""Every page says what one must be allowed to do to use it; a page that does not is an error.

`@requires("incident.read")` checks the policy of `incidents.access` before the view runs;
`@public` is for the few pages that anybody may open. A test walks all addresses.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from incidents import access

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PUBLIC = "public"


class Request(HttpRequest):
    """A request whose asker is known to be allowed in."""

    principal: access.Principal


def requires(action: str) -> Callable[[View], View]:
    """Let only principals that may do `action` call the view; it reads `request.principal`."""
    if action not in access.POLICY:
        raise KeyError(f"no such action: {action}")

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            principal = access.of_user(request.user)
            access.require(principal, action)
            request.principal = principal  # type: ignore[attr-defined]  # what Request declares
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]  # read by the test of all addresses
        return cast("View", guarded)

    return guard


def public(view: View) -> View:
    """Anybody may open this page, signed in or not."""
    view.action = PUBLIC  # type: ignore[attr-defined]  # read by the test of all addresses
    return view
