"""The first run: a first alert, a drill, and people to share the nights with."""

from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.models import Integration, Role, Setting, SignInLink, User
from incidents.sources import adapters
from incidents.sources.adapters import integrations
from incidents.web import arrivals
from incidents.web.forms import InviteForm
from incidents.web.guard import Request, requires

FIRST: Final = "First alert"
# The three that anybody can try from a terminal; the integrations page has them all.
FIRST_KINDS: Final = ("native", "alertmanager", "pagerduty")
DRILL_MARK: Final = "drill_passed_at"
_DRILL_COMMAND: Final = "make drill"


def _context(request: Request, **more: Any) -> dict[str, Any]:
    people = list(User.objects.filter(is_active=True).order_by("pk"))
    arrival = arrivals.newest(request.principal)
    first = Integration.objects.filter(name=FIRST).order_by("-created_at").first()
    return {
        "commands": [],
        "arrival": arrival,
        "arrival_url": reverse("web:first_alert"),
        "waiting_since": first.created_at if first else None,
        "drill_command": _DRILL_COMMAND,
        "people": people,
        "invitation": None,
        "form": InviteForm(),
        "roles": Role.choices,
        "done": {
            "alert": arrival is not None,
            "drill": Setting.objects.filter(name=DRILL_MARK).exists(),
            "people": len(people) > 1,
        },
        **more,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def show(request: Request) -> HttpResponse:
    """POST makes fresh keys and shows the commands with them, once."""
    commands = _fresh_commands() if request.method == "POST" else []
    return render(request, "incidents/welcome.html", _context(request, commands=commands))


@transaction.atomic
def _fresh_commands() -> list[dict[str, str]]:
    """One command a protocol; the keys of an earlier visit are replaced."""
    made = []
    for kind in FIRST_KINDS:
        known = Integration.objects.filter(kind=kind, name=FIRST).first()
        if known is None:
            _, key = integrations.create_integration(kind=kind, name=FIRST)
        else:
            _, key = integrations.rotate(known.pk)
        label = adapters.ADAPTERS[kind].label
        made.append({"slug": kind, "label": label, "command": integrations.command(kind, key)})
    return made


@require_safe
@requires("config.write")
def first_alert(request: Request) -> HttpResponse:
    return render(request, "incidents/_first_alert.html", _context(request))


@never_cache
@require_POST
@requires("config.write")
def invite(request: Request) -> HttpResponse:
    """Add a person and show the link that signs them in once."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render(request, "incidents/welcome.html", _context(request, form=form), status=422)
    data = form.cleaned_data
    user = User(username=data["handle"], name=data["name"], role=data["role"])
    user.set_unusable_password()
    user.save()
    token = SignInLink.issue(user)
    link = f"{settings.SITE_URL}{reverse('web:link', kwargs={'token': token})}"
    invitation = {"name": str(user), "link": link}
    return render(request, "incidents/welcome.html", _context(request, invitation=invitation))
