"""Integrations: connecting one, telling it what to do, and mapping JSON to alerts."""

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from incidents.events.bus import wake_engine
from incidents.kernel import payload
from incidents.kernel.errors import Invalid, NotFound
from incidents.kernel.options import Option
from incidents.models import Integration, Service, Signal
from incidents.sources import adapters
from incidents.sources.adapters import integrations, mapping
from incidents.web import arrivals
from incidents.web.forms import IntegrationForm, IntegrationSettingsForm
from incidents.web.guard import Request, requires

# Where a key belongs, while only its hash is known.
KEY_GOES_HERE = "YOUR-KEY"
SHOWN = 64_000
_MAPPED = "mapping."


def _kinds() -> list[tuple[str, str]]:
    found = [(slug, adapters.ADAPTERS[slug].label) for slug in adapters.public_kinds()]
    return sorted(found, key=lambda kind: kind[1].lower())


def _found(pk: int) -> Integration:
    rows = Integration.objects.select_related("service")
    integration = rows.filter(pk=pk, kind__in=adapters.public_kinds()).first()
    if integration is None:
        raise NotFound("There is no such integration.")
    return integration


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def listing(request: Request) -> HttpResponse:
    form = IntegrationForm(request.POST or None, kinds=_kinds())
    if form.is_bound and form.is_valid():
        integration, key = integrations.create_integration(**form.cleaned_data)
        return _page(request, integration, key=key)
    rows = Integration.objects.filter(kind__in=adapters.public_kinds()).select_related("service")
    context = {
        "integrations": rows,
        "kinds": _kinds(),
        "services": Service.objects.all(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/settings/integrations.html", context, status=status)


def _page(request: Request, integration: Integration, **more: Any) -> HttpResponse:
    """The page of one integration; `key` is there once, when it has just been made."""
    adapter = adapters.ADAPTERS[integration.kind]
    key = more.get("key", "")
    form = more.get("form") or IntegrationSettingsForm(integration=integration)
    context = {
        "integration": integration,
        "adapter": adapter,
        "url": integrations.address(integration.kind, key or KEY_GOES_HERE),
        "snippets": integrations.snippets(integration.kind, key or KEY_GOES_HERE),
        "example": integrations.command(integration.kind, key or KEY_GOES_HERE),
        "mapped": bool(_mapping_url(integration)),
        "needs_mapping": integration.kind == "generic" and not mapping.is_told(integration.options),
        **_waiting(request, integration),
        **more,
        "form": form,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/settings/integration.html", context, status=status)


def _waiting(request: Request, integration: Integration) -> dict[str, Any]:
    return {
        "arrival": arrivals.of_integration(request.principal, integration),
        "arrival_url": reverse("web:integration_arrival", args=[integration.pk]),
        "mapping_url": _mapping_url(integration),
        "waiting_since": None,
    }


def _mapping_url(integration: Integration) -> str:
    """Where its mapping is made; empty for kinds that need none."""
    fields = adapters.ADAPTERS[integration.kind].fields
    if not any(field.name.startswith(_MAPPED) for field in fields):
        return ""
    return reverse("web:integration_mapping", args=[integration.pk])


@require_safe
@requires("config.write")
def arrival(request: Request, pk: int) -> HttpResponse:
    """The part of the page that waits for the first signal."""
    return render(request, "incidents/_first_alert.html", _waiting(request, _found(pk)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def detail(request: Request, pk: int) -> HttpResponse:
    """POST: pause | resume | rotate | test | tell, by the field `action`."""
    integration = _found(pk)
    if request.method != "POST":
        return _page(request, integration)
    action = request.POST.get("action", "")
    if action == "tell":
        return _tell(request, integration)
    if action == "rotate":
        integration, key = integrations.rotate(pk)
        return _page(request, integration, key=key)
    if action in ("pause", "resume"):
        integrations.set_paused(pk, paused=action == "pause")
        messages.success(request, f"{integration.name} is {action}d.")
    elif action == "test":
        messages.success(request, _send_test(integration))
    else:
        hint = "Use pause, resume, rotate, test or tell."
        raise Invalid("That is no action of an integration.", hint)
    return redirect("web:integrations")


def _tell(request: Request, integration: Integration) -> HttpResponse:
    form = IntegrationSettingsForm(request.POST, integration=integration)
    if not form.is_valid():
        return _page(request, integration, form=form)
    try:
        integrations.configure(integration.pk, form.changes())
    except Invalid as error:
        form.blame(error)
        return _page(request, integration, form=form)
    messages.success(request, f"{integration.name} is told.")
    return redirect("web:integration", pk=integration.pk)


@transaction.atomic
def _send_test(integration: Integration) -> str:
    """Put the adapter's own example into the intake, as if the source had sent it."""
    Signal.objects.create(
        integration=integration,
        adapter=integration.kind,
        delivery_id=uuid.uuid4(),
        body=adapters.ADAPTERS[integration.kind].example.encode(),
    )
    wake_engine()
    return f"A test alert is on its way through {integration.name}: it opens an incident."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def map_payload(request: Request, pk: int) -> HttpResponse:
    """The page that maps JSON to alerts. POST saves, or with `action=preview` only shows."""
    integration = _found(pk)
    fields = [f for f in adapters.ADAPTERS[integration.kind].fields if f.name.startswith(_MAPPED)]
    if not fields:
        raise NotFound("This kind of integration needs no mapping.")
    told = dict(payload.mapping(integration.options.get("mapping")))
    problem: Invalid | None = None
    if request.method == "POST":
        told, problem = _told(fields, request.POST)
        if problem is None and request.POST.get("action") == "save":
            _save_mapping(integration, told)
            messages.success(request, f"The mapping of {integration.name} is saved.")
            return redirect("web:integration", pk=pk)
    context = _mapping_context(integration, fields, told)
    part = "_mapping_preview" if getattr(request, "htmx", False) else "mapping"
    status = 422 if problem and part == "mapping" else 200
    return render(
        request, f"incidents/settings/{part}.html", context | {"problem": problem}, status=status
    )


def _told(fields: list[Option], data: Mapping[str, Any]) -> tuple[dict[str, Any], Invalid | None]:
    """What was typed, and the first thing that is wrong with it."""
    told: dict[str, Any] = {}
    problem = None
    for field in fields:
        typed = data.get(field.name, "")
        name = field.name.removeprefix(_MAPPED)
        try:
            told[name] = field.read(typed)
        except Invalid as error:
            told[name], problem = "" if field.kind == "pairs" else typed, problem or error
    if problem is None and not told.get("title"):
        problem = Invalid("A mapping needs a title.", "Say where the title is.", field="title")
    return told, problem


def _save_mapping(integration: Integration, told: Mapping[str, Any]) -> None:
    kept = {name: value for name, value in told.items() if value}
    integrations.configure(integration.pk, {"options": {**integration.options, "mapping": kept}})


def _mapping_context(
    integration: Integration, fields: list[Option], told: Mapping[str, Any]
) -> dict[str, Any]:
    last = Signal.objects.filter(integration=integration).order_by("-pk").first()
    body: Any = None
    if last is not None:
        with suppress(payload.Unreadable):
            body = payload.read(bytes(last.body))
    rows = [{"field": field, "value": field.shown({"mapping": told})} for field in fields]
    return {
        "integration": integration,
        "rows": rows,
        "last": last,
        "raw": json.dumps(body, indent=2, ensure_ascii=False)[:SHOWN] if last else "",
        "preview": mapping.preview(body, told) if last else None,
    }
