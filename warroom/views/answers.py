"""How a form of the room is answered: in place for htmx, else by going back to the page."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from incidents.web.guard import Request


def is_fragment(request: Request) -> bool:
    """Whether htmx asks, to replace a part of the page that is there."""
    return bool(getattr(request, "htmx", False))


def text(request: Request, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def back(request: Request, otherwise: str) -> HttpResponse:
    """To the page that the form names, if it is ours."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return redirect(address if address and safe else otherwise)
