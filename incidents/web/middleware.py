"""Domain errors as answers, and times in the viewer's zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone

from incidents import access
from incidents.kernel.errors import DomainError, NotSignedIn


class RequestContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(request)):
            response = self._get_response(request)
        if request.path.startswith("/admin/"):
            # The admin's theme runs on Alpine, which evaluates expressions (docs/adr/0009).
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001  django-csp's hook
                "script-src": [UNSAFE_EVAL],
                "style-src": [UNSAFE_INLINE],
            }
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if getattr(request, "htmx", False):
            return _for_script(error)
        if isinstance(error, NotSignedIn):
            return redirect_to_login(request.get_full_path(), login_url=resolve_url("web:sign_in"))
        context = {"error": error, "status": error.status}
        return render(request, "incidents/error.html", context, status=error.status)


def _for_script(error: DomainError) -> HttpResponse:
    """htmx shows the problem in a message; a person whose session ended is sent to sign in."""
    problem = {"title": error.message, "detail": str(error), "status": error.status}
    response = JsonResponse(problem, status=error.status, content_type="application/problem+json")
    if isinstance(error, NotSignedIn):
        response["HX-Redirect"] = resolve_url("web:sign_in")
    return response


def _zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The viewer's zone, read only where somebody is signed in: other requests ask no database."""
    if request.path.startswith("/static/") or not request.COOKIES.get("sessionid"):
        return None
    principal = access.of_user(request.user)
    try:
        zone = principal.user.time_zone if principal.user else ""
        return ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
