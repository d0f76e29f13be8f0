"""How a form of the room is answered: in place for htmx, else by going back to the page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from incidents.web.guard import Request


def is_fragment(request: Request) -> bool:
    """Whether htmx asks, to replace a part of the page that is there."""
    return bool(getattr(request, "htmx", False))


def back(request: Request, otherwise: str) -> HttpResponse:
    """To the page that the form names, if it is ours."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return redirect(address if address and safe else otherwise)


def part(request: Request, template: str, context: Mapping[str, Any], title: str) -> HttpResponse:
    """A part of the room; on a page of its own where nobody puts it into one."""
    if is_fragment(request):
        return render(request, template, dict(context))
    return render(request, "warroom/part.html", {**context, "part": template, "title": title})
