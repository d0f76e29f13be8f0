"""Signing in and out, and what a person likes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from incidents.models import SignInLink, Theme, User
from incidents.web.forms import AccountForm, SignInForm
from incidents.web.guard import Request, public, requires

YEAR = 365 * 24 * 3600
NAVS = ("wide", "rail")


@public
@sensitive_post_parameters("password")
@csrf_protect
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    form = SignInForm(request.POST or None)
    if form.is_bound and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            login(request, user)
            return redirect(target)
        form.add_error(None, "Handle and password do not match, or there were too many tries.")
    context = {"form": form, "next": target}
    return render(request, "incidents/sign_in.html", context, status=422 if form.is_bound else 200)


def _safe(request: HttpRequest, address: str) -> str:
    """`address` if it leads nowhere else than here; the board otherwise."""
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(address, here, require_https=request.is_secure()):
        return address
    return resolve_url("web:board")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. Opening it shows a button: scanners that follow links must not use it up."""
    if request.method != "POST":
        return render(request, "incidents/sign_in_link.html", {"token": token})
    user = SignInLink.redeem(token)
    if user is None:
        context = {"token": "", "expired": True}
        return render(request, "incidents/sign_in_link.html", context, status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("web:welcome" if user.role == "admin" else "web:board")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("web:sign_in")


@require_POST
@requires("incident.read")
def preferences(request: Request) -> HttpResponse:
    """Keep the theme and the width of the navigation, in a cookie and with the person."""
    address = _safe(request, request.POST.get("next", ""))
    response: HttpResponse = redirect(address)
    if request.headers.get("X-Requested-With") or getattr(request, "htmx", False):
        response = HttpResponse(status=204)
    for name, allowed in (("theme", Theme.values), ("nav", NAVS)):
        value = str(request.POST.get(name))
        if value in allowed:
            _keep(request, response, name, value)
    return response


def _keep(request: Request, response: HttpResponse, name: str, value: str) -> None:
    kept: dict[str, Any] = {"max_age": YEAR, "samesite": "Lax", "secure": request.is_secure()}
    response.set_cookie(name, value, **kept)
    user = request.principal.user
    if name == "theme" and user is not None:
        User.objects.filter(pk=user.pk).update(theme=value)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def account(request: Request) -> HttpResponse:
    """Who I am: name, time zone and password."""
    user = request.principal.user
    assert user is not None  # noqa: S101  `requires` lets only people in
    form = AccountForm(request.POST or None, user=user)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("web:account")
    return render(
        request, "incidents/account.html", {"form": form}, status=422 if form.is_bound else 200
    )
