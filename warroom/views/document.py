"""The shared document on a page: to be read and edited without a script, and where the editor goes.

htmx gets a part of the page, everybody else a page of its own.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel import markdown
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Incident
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from warroom.models import diffs
from warroom.selectors import document as reading
from warroom.services import document as verbs
from warroom.services.outlines import OUTLINES

VERSIONS_SHOWN = 200
Context = dict[str, Any]


def _draw(
    request: Request, incident: Incident, part: str, context: Context, status: int = 200
) -> HttpResponse:
    context |= {
        "incident": incident,
        "may": abilities(request.principal, incident),
        "part": f"warroom/{part}.html",
    }
    is_part = bool(getattr(request, "htmx", False))
    name = context["part"] if is_part else "warroom/document.html"
    return render(request, name, context, status=status)


def _document(incident: Incident, request: Request) -> Context:
    row = reading.of_incident(incident.pk)
    text = reading.text_of(row)
    return {
        "me": request.principal.actor,
        "text": text,
        "html": markdown.render(text),
        "revision": row.n if row else 0,
        "versions": row.versions_kept if row else 0,
        "outlines": OUTLINES,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def document(request: Request, ref: str) -> HttpResponse:
    """The document; POST is the form for those without a script."""
    if request.method == "POST":
        return _save(request, access.incident_for(request.principal, ref, "incident.respond"))
    incident = access.incident_for(request.principal, ref)
    may_write = access.may(request.principal, "incident.respond", incident)
    writes = bool(request.GET.get("edit")) and may_write
    asked = {"writes": writes, "reads": request.GET.get("view") == "read"}
    return _draw(request, incident, "_document", _document(incident, request) | asked)


def _save(request: Request, incident: Incident) -> HttpResponse:
    """Take the text in; what somebody else wrote meanwhile is shown before it is overwritten."""
    text = request.POST.get("text", "")
    try:
        verbs.replace(
            incident_id=incident.pk,
            text=text,
            actor=request.principal.actor,
            based_on=_number(request.POST.get("based_on", "")),
        )
    except Conflict as error:
        context = _document(incident, request)
        lines = diffs.lines(text.replace("\r\n", "\n"), context["text"])
        shown = {"writes": True, "text": text, "conflict": {"error": error, "lines": lines}}
        return _draw(request, incident, "_document", context | shown, error.status)
    messages.success(request, "The document is saved.")
    return redirect("warroom:document", ref=incident.reference)


def _number(given: str) -> int | None:
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Invalid("based_on must be a number.", "Open the form again.", field="based_on")
    return int(given)


@require_POST
@requires("incident.respond")
def outline(request: Request, ref: str) -> HttpResponse:
    """Put a template at the end of the text."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    name = request.POST.get("name", "").replace("\0", "")
    actor = request.principal.actor
    verbs.insert_outline(incident_id=incident.pk, name=name, actor=actor)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    return redirect("warroom:document", ref=incident.reference)


@require_safe
@requires("incident.read")
def download(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref)
    text = reading.text_of(reading.of_incident(incident.pk))
    answer = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{incident.reference}.md"'
    return answer


@require_safe
@requires("incident.read")
def versions(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref)
    return _draw(request, incident, "_document_versions", _versions(incident))


@require_safe
@requires("incident.read")
def version(request: Request, ref: str, version: int) -> HttpResponse:
    """How it read then, and what has changed since."""
    incident = access.incident_for(request.principal, ref)
    found = reading.version(incident, version)
    now = reading.text_of(reading.of_incident(incident.pk))
    shown = {
        "version": found,
        "lines": diffs.lines(found.text, now),
        "html": markdown.render(found.text),
    }
    return _draw(request, incident, "_document_versions", {**_versions(incident), "shown": shown})


def _versions(incident: Incident) -> Context:
    rows = list(reading.versions(incident)[: VERSIONS_SHOWN + 1])
    return {"versions": rows[:VERSIONS_SHOWN], "more": len(rows) > VERSIONS_SHOWN}


@require_POST
@requires("incident.respond")
def restore(request: Request, ref: str, version: int) -> HttpResponseRedirect:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    verbs.restore(incident_id=incident.pk, number=version, actor=request.principal.actor)
    messages.success(request, f"Version {version} is back.")
    return HttpResponseRedirect(f"{incident.get_absolute_url()}?tab=document")
