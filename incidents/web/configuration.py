"""Settings that admins keep in the console: integrations and API keys."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.events.bus import wake_engine
from incidents.kernel import clock
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import ApiKey, Integration, Scope, Service, Signal
from incidents.sources import adapters
from incidents.sources.adapters import integrations
from incidents.web.forms import IntegrationForm, KeyForm
from incidents.web.guard import Request, requires


def _kinds() -> list[tuple[str, str]]:
    return [(slug, adapters.ADAPTERS[slug].label) for slug in adapters.public_kinds()]


def _integrations_page(
    request: Request, form: IntegrationForm, created: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "integrations": Integration.objects.filter(kind__in=adapters.public_kinds()).select_related(
            "service"
        ),
        "kinds": _kinds(),
        "services": Service.objects.all(),
        "form": form,
        "created": created,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/settings/integrations.html", context, status=status)


def _told_once(integration: Integration, key: str) -> dict[str, str]:
    return {
        "name": integration.name,
        "url": integrations.address(integration.kind, key),
        "key": key,
        "example": integrations.command(integration.kind, key),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def integration_list(request: Request) -> HttpResponse:
    form = IntegrationForm(request.POST or None, kinds=_kinds())
    if not (form.is_bound and form.is_valid()):
        return _integrations_page(request, form)
    integration, key = integrations.create_integration(**form.cleaned_data)
    return _integrations_page(
        request, IntegrationForm(kinds=_kinds()), _told_once(integration, key)
    )


@never_cache
@require_POST
@requires("config.write")
def integration_change(request: Request, pk: int) -> HttpResponse:
    """pause | resume | rotate | test, by the field `action`."""
    action = request.POST.get("action", "")
    if action == "rotate":
        integration, key = integrations.rotate(pk)
        form = IntegrationForm(kinds=_kinds())
        return _integrations_page(request, form, _told_once(integration, key))
    if action in ("pause", "resume"):
        integration = integrations.set_paused(pk, paused=action == "pause")
        messages.success(request, f"{integration.name} is {action}d.")
    elif action == "test":
        messages.success(request, _send_test(pk))
    else:
        raise Invalid("That is no action of an integration.", "Use pause, resume, rotate or test.")
    return redirect("web:integrations")


@transaction.atomic
def _send_test(pk: int) -> str:
    """Put the adapter's own example into the intake, as if the source had sent it."""
    integration = Integration.objects.filter(pk=pk, kind__in=adapters.public_kinds()).first()
    if integration is None:
        raise NotFound("There is no such integration.")
    Signal.objects.create(
        integration=integration,
        adapter=integration.kind,
        delivery_id=uuid.uuid4(),
        body=adapters.ADAPTERS[integration.kind].example.encode(),
    )
    wake_engine()
    return f"A test alert is on its way through {integration.name}: it opens an incident."


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
