"""The video bridge: opening, closing and showing it, and choosing the service."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from incidents import access
from incidents.kernel.errors import DomainError, Invalid
from incidents.models import Incident, Severity
from incidents.web.detection.forms import PREFIX, Described
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.services import bridge, bridge_settings
from warroom.services.bridges import PROVIDERS, Provider


def context(incident: Incident) -> dict[str, Any]:
    """What the rail shows of it. Two queries."""
    opened, chosen = bridge.open_one(incident), bridge_settings.load()
    return {
        "bridge": opened,
        "bridge_frames": bool(opened and chosen.frame and opened.url.startswith(chosen.frame)),
        "bridge_service": chosen.chosen.label if chosen.chosen else "",
    }


@xframe_options_sameorigin
@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def bridge_of(request: Request, ref: str) -> HttpResponse:
    """GET shows the room inside our page, where its service lets it be shown."""
    incident = access.incident_for(request.principal, ref)
    if request.method == "POST":
        return _act(request, ref)
    opened, frame = bridge.open_one(incident), bridge_settings.load().frame
    if opened is None or not frame or not opened.url.startswith(f"{frame}/"):
        return redirect(incident.get_absolute_url())
    response = render(request, "warroom/bridge.html", {"incident": incident, "bridge": opened})
    response._csp_replace = {  # type: ignore[attr-defined]  # noqa: SLF001  django-csp's hook
        "frame-src": [frame],
        "frame-ancestors": ["'self'"],
    }
    return response


def _act(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    actor = request.principal.actor
    if request.POST.get("action") == "close":
        bridge.close_bridge(incident_id=incident.pk, actor=actor)
    else:
        link = text(request, "link")
        bridge.open_bridge(incident_id=incident.pk, actor=actor, link=link)
    return redirect(f"{incident.get_absolute_url()}#around")


class BridgeForm(Described):
    """The fields of one service. What is secret is asked for only when there is none."""

    def __init__(self, data: Any, *, provider: Provider, kept: dict[str, Any]) -> None:
        super().__init__(data)
        shown = {name: value for name, value in kept.items() if name not in provider.secrets}
        self.describe(provider.options, shown)
        for name in provider.secrets & kept.keys():
            field = self.fields[PREFIX + name]
            field.required, field.help_text = False, "Kept. Empty leaves it as it is."


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def choose(request: Request) -> HttpResponse:
    """Choose the service; `try` makes a room by what is stored, and shows where it is."""
    kept = bridge_settings.load()
    if request.method == "POST" and request.POST.get("action") == "try":
        return _tried(request)
    slug = request.POST.get("provider", request.GET.get("provider", kept.provider))
    provider = PROVIDERS.get(slug)
    known = dict(kept.settings) if kept.provider == slug else {}
    form = BridgeForm(request.POST or None, provider=provider, kept=known) if provider else None
    if request.method == "POST" and _saved(request, slug, form):
        return redirect("warroom:bridge_settings")
    context = {
        "form": form,
        "kept": kept,
        "provider": provider,
        "slug": slug if provider else "",
        "providers": list(PROVIDERS.items()),
        "severities": Severity.objects.order_by("rank"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "warroom/bridge_settings.html", context, status=status)


def _saved(request: Request, slug: str, form: BridgeForm | None) -> bool:
    if form is not None and not form.is_valid():
        return False
    given = form.settings() if form is not None else {}
    try:
        bridge_settings.change(
            provider=slug, given=given, opens_from=request.POST.get("opens_from", "")
        )
    except Invalid as error:
        if form is None:
            raise
        form.refuse(error)
        return False
    messages.success(request, "Saved." if slug else "No service is chosen any more.")
    return True


def _tried(request: Request) -> HttpResponse:
    try:
        messages.success(request, f"It made a room: {bridge.try_out()}")
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(reverse("warroom:bridge_settings"))
