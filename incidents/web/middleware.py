"""Domain errors as pages, the principal on the request, and the viewer's time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
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
            # The admin theme runs on Alpine, which evaluates expressions (docs/adr/0009).
            response._csp_update = {  # type: ignore[attr-defined]  # django-csp's own hook
                "script-src": [UNSAFE_EVAL],
                "style-src": [UNSAFE_INLINE],
            }
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, NotSignedIn):
            return redirect_to_login(request.get_full_path())
        status = error.status
        context = {"error": error, "status": status}
        return render(request, "incidents/error.html", context, status=status)


def _zone_of(request: HttpRequest) -> ZoneInfo:
    principal = access.of_user(request.user)
    name = principal.user.time_zone if principal.user else "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
