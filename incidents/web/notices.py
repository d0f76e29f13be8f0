"""What called me: the bell, the page of notices, and taking note of them."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents.reactions import notices
from incidents.selectors import notices as selectors
from incidents.web.guard import Request, requires


@require_safe
@requires("incident.read")
def listing(request: Request) -> HttpResponse:
    rows = notices.of(request.principal)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = selectors.seen(rows, before=before, after=after)
    context = {
        "is_first": not before and not page.newer,
        "seen": page.rows,
        "older": f"?before={page.older}" if page.older else "",
        "newer": f"?after={page.newer}" if page.newer else "",
    }
    return render(request, "incidents/notices.html", context)


@require_safe
@requires("incident.read")
def bell(request: Request) -> HttpResponse:
    """The bell of the top bar, to refresh it in place."""
    return render(request, "components/bell.html")


@require_POST
@requires("incident.read")
def read(request: Request, pk: int) -> HttpResponse:
    """Take note of one, and go to what it tells of; with `stay` go nowhere."""
    notice = notices.read(principal=request.principal, pk=pk)
    if getattr(request, "htmx", None):
        return render(request, "components/bell.html")
    return redirect("web:notices" if request.POST.get("stay") else notice.url)


@require_POST
@requires("incident.read")
def read_all(request: Request) -> HttpResponse:
    notices.read_those(notices.of(request.principal))
    return redirect("web:notices")
