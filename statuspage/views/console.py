"""The status page for those who run it: components, their states, and what is being told."""

from typing import Any

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
from statuspage.views import frame
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
    visible = access.visible_incidents(request.principal)
    context = {
        "may_publish": access.may(request.principal, "status.publish"),
        "may_configure": access.may(request.principal, "config.write"),
        "waiting": selectors.on_their_way(visible),
        **(_of(request, found, components, form) if found else {}),
    }
    return render(request, "statuspage/console.html", context, status=422 if form else 200)


def _of(
    request: Request,
    found: StatusPage,
    components: list[selectors.ComponentNow],
    form: StateForm | None,
) -> dict[str, Any]:
    return {
        **frame.of(request, found, "page"),
        "components": components,
        "open_incidents": selectors.open_incidents(found),
        "under_way": [row for row in selectors.planned_work(found) if row.is_under_way],
        "changes": selectors.recent_changes(found),
        "form": form or StateForm([component.row for component in components]),
    }
