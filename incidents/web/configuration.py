"""API keys, in the console's settings."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.kernel import clock
from incidents.kernel.errors import Invalid
from incidents.models import ApiKey, Scope
from incidents.web.forms import KeyForm
from incidents.web.guard import Request, requires


def _keys_page(
    request: Request, form: KeyForm, created: dict[str, str] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "keys": ApiKey.objects.select_related("created_by"),
        "scopes": Scope.choices,
        "form": form,
        "created": created,
        "now": clock.now(),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/settings/keys.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def key_list(request: Request) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if not (form.is_bound and form.is_valid()):
        return _keys_page(request, form)
    data = form.cleaned_data
    days = data["expires_days"]
    key, token = ApiKey.issue(
        data["name"],
        data["scopes"],
        created_by=request.principal.user,
        lifetime=timedelta(days=days) if days else None,
    )
    return _keys_page(request, KeyForm(), {"name": key.name, "token": token})


@require_POST
@requires("config.write")
def key_change(request: Request, pk: int) -> HttpResponse:
    if request.POST.get("action") != "revoke":
        raise Invalid("That is no action of a key.", "Use revoke.")
    live = ApiKey.objects.filter(pk=pk, revoked_at__isnull=True)
    if live.update(revoked_at=clock.now()):
        messages.success(request, "The key is revoked. It stopped working just now.")
    return redirect("web:keys")
