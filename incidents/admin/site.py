"""Who may enter: the same policy as everywhere, and our own sign-in page."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse

from incidents import access
from incidents.kernel.errors import NotAllowed


def is_admin(request: HttpRequest) -> bool:
    return access.of_user(request.user).is_admin


def to_sign_in(
    request: HttpRequest,
    extra_context: dict[str, Any] | None = None,  # noqa: ARG001  # Django passes it
) -> HttpResponse:
    """Whoever is not signed in is sent to our page; whoever is, and is no admin, is told so."""
    if access.of_user(request.user).is_known and not is_admin(request):
        raise NotAllowed("Only an admin may open this.", "Ask an admin to change your role.")
    target = request.GET.get("next") or resolve_url("admin:index")
    return redirect_to_login(target, resolve_url("web:sign_in"))


def shown_once(request: HttpRequest, *, title: str, values: dict[str, str]) -> TemplateResponse:
    """Answer a POST with secrets that are not stored: they appear on this page only."""
    context = {**admin.site.each_context(request), "title": title, "values": values}
    response = TemplateResponse(request, "admin/incidents/shown_once.html", context)
    response["Cache-Control"] = "no-store"
    return response


admin.site.login = to_sign_in  # type: ignore[method-assign]  # as its documents say
admin.site.has_permission = is_admin  # type: ignore[method-assign]
admin.site.unregister(Group)  # Roles say who may do what.
