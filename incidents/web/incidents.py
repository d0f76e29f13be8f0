"""Declaring an incident, and quick search."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from incidents import access
from incidents.kernel.errors import DomainError
from incidents.models import Service, Severity
from incidents.pipeline import lifecycle
from incidents.selectors import searching
from incidents.web import custom_fields
from incidents.web.forms import DeclareForm
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

SUGGESTIONS = 8


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.declare")
def declare(request: Request) -> HttpResponse:
    form = DeclareForm(request.POST or None, initial={"severity": "P2"})
    if request.method == "POST" and form.is_valid():
        try:
            return _declared(request, form)
        except DomainError as error:
            form.blame(error)
    htmx = bool(getattr(request, "htmx", False))
    template = "incidents/_declare_form.html" if htmx else "incidents/declare.html"
    context = {
        "form": form,
        "severities": Severity.objects.all(),
        "services": Service.objects.all(),
        "own_fields": custom_fields.inputs({}, request.POST),
        "may": abilities(request.principal),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _declared(request: Request, form: DeclareForm) -> HttpResponse:
    data = form.cleaned_data
    declaration = lifecycle.Declaration(
        title=data["title"],
        severity=data["severity"],
        service=data["service"],
        summary=data["summary"],
        private=data["private"],
        customer_impact=data["customer_impact"],
        environment=data["environment"],
        choices={name: data[name] for name in ("type", "impact") if data[name]},
        particulars={
            **{name: data[name] for name in form.PARTICULARS if data[name]},
            "custom_fields": custom_fields.given(request.POST),
        },
    )
    incident = lifecycle.declare(declaration=declaration, actor=request.principal.actor)
    address = incident.get_absolute_url()
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


@require_safe
@requires("incident.read")
def search(request: Request) -> JsonResponse:
    """Incidents for the palette: the best first, each with the text in which the words are."""
    text = request.GET.get("q", "").strip().replace("\0", "")[: searching.LONGEST]
    visible = access.visible_incidents(request.principal)
    found = [
        {
            "url": each.url,
            "reference": each.incident.reference,
            "title": each.incident.title,
            "state": each.incident.get_state_display(),
            "severity": each.incident.severity.code,
            "author": each.author,
            "snippet": [[part.text, part.hit] for part in each.parts],
        }
        for each in searching.search(visible, text, limit=SUGGESTIONS)
    ]
    return JsonResponse({"results": found})
