"""The status page for those who run it: components, their states, and what is being told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.errors import NotFound
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import StatusPage
from statuspage.services import set_component_state
from statuspage.views.forms import StateForm


@require_safe
@requires("status.read")
def page(request: Request) -> HttpResponse:
    return _page(request, selectors.page_called(request.GET.get("page", "")))


@require_POST
@requires("status.publish")
def set_state(request: Request, slug: str) -> HttpResponse:
    found = selectors.page_called(slug)
    if found is None:
        raise NotFound("There is no such status page.", "It may have been removed.")
    form = StateForm(found.components.all(), request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    change = set_component_state(
        component_id=form.cleaned_data["component"],
        state=form.cleaned_data["state"],
        reason=form.cleaned_data["reason"],
        actor=request.principal.actor,
    )
    said = f"Set {change.component.name} to {change.get_new_display().lower()}."
    if change.component.effects.filter(until=None).exists():
        said += " It shows once no open incident affects it."
    messages.success(request, said)
    return redirect(f"{reverse('statuspage:page')}?page={found.slug}")


def _page(
    request: Request, found: StatusPage | None, form: StateForm | None = None
) -> HttpResponse:
    components = selectors.components_now(found) if found else []
    context = {
        "page": found,
        "pages": selectors.pages(),
        "components": components,
        "open_incidents": selectors.open_incidents(found) if found else [],
        "changes": selectors.recent_changes(found) if found else [],
        "form": form or StateForm([component.row for component in components]),
        "may_publish": access.may(request.principal, "status.publish"),
        "may_configure": access.may(request.principal, "config.write"),
    }
    return render(request, "statuspage/console.html", context, status=422 if form else 200)
