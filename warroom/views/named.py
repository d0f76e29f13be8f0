"""Who may see an incident: open to all, or only to those who are named."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import Incident, User
from incidents.pipeline import lifecycle, privacy
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.typed import text
from warroom.views import around


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def page(request: Request, ref: str) -> HttpResponse:
    if request.method == "POST":
        return _change(request, access.incident_for(request.principal, ref, "incident.command"))
    incident = access.incident_for(request.principal, ref)
    named = privacy.named(incident)
    context = {
        "incident": incident,
        "named": named,
        "others": [user for user in around.assignable() if user not in named],
        "may": abilities(request.principal, incident),
    }
    return render(request, "warroom/access.html", context)


def _change(request: Request, incident: Incident) -> HttpResponse:
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Invalid("That is nothing one can do here.", "Use hide, show, add or remove.")
    messages.success(request, deed(request, incident))
    still = access.visible_incidents(request.principal).filter(pk=incident.pk).exists()
    return redirect("warroom:access", ref=incident.reference) if still else redirect("web:list")


def _person(request: Request) -> User:
    handle = text(request, "handle").removeprefix("@")
    user = User.objects.filter(username=handle, is_active=True).first()
    if user is None:
        raise Invalid(f"There is nobody with the handle {handle!r}.", "Choose one of the list.")
    return user


def _add(request: Request, incident: Incident) -> str:
    user = _person(request)
    privacy.add(incident_id=incident.pk, user=user, actor=request.principal.actor)
    return f"{user} has a part in {incident.reference} now."


def _remove(request: Request, incident: Incident) -> str:
    handle = request.POST.get("handle", "").replace("\0", "")
    user = next((u for u in privacy.named(incident) if u.username == handle), None)
    user = user or _person(request)
    privacy.remove(incident_id=incident.pk, user=user, actor=request.principal.actor)
    return f"{user} has no part in {incident.reference} any more."


def _hide(request: Request, incident: Incident) -> str:
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=request.principal.actor)
    return f"Only those named here see {incident.reference} now."


def _show(request: Request, incident: Incident) -> str:
    lifecycle.set_private(incident_id=incident.pk, private=False, actor=request.principal.actor)
    return f"Everybody sees {incident.reference} now."


_DEEDS: Final[dict[str, Callable[[Request, Incident], str]]] = {
    "add": _add,
    "remove": _remove,
    "hide": _hide,
    "show": _show,
}
