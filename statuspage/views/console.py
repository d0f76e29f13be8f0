"""The status page for those who run it: components, their states, and what is being told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.errors import Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import Component, ComponentState
from statuspage.services import set_component_state
from statuspage.views.forms import StateForm


@require_safe
@requires("status.read")
def page(request: Request) -> HttpResponse:
    found = selectors.page_called(request.GET.get("page", ""))
    context = {
        "page": found,
        "pages": selectors.pages(),
        "components": selectors.components_now(found) if found else [],
        "open_incidents": selectors.open_incidents(found) if found else [],
        "changes": selectors.recent_changes(found) if found else [],
        "states": ComponentState.choices,
        "may_publish": access.may(request.principal, "status.publish"),
        "may_configure": access.may(request.principal, "config.write"),
    }
    return render(request, "statuspage/console.html", context)


@require_POST
@requires("status.publish")
def set_state(request: Request, pk: int) -> HttpResponse:
    component = Component.objects.filter(pk=pk).select_related("page").first()
    if component is None:
        raise NotFound("There is no such component.", "Reload the page: it may have been removed.")
    form = StateForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose a state and say why.", "The next person needs to know.")
    change = set_component_state(
        component_id=pk,
        state=form.cleaned_data["state"],
        reason=form.cleaned_data["reason"],
        actor=request.principal.actor,
    )
    messages.success(request, f"{component.name} is {change.get_new_display().lower()} now.")
    return redirect(f"{reverse('statuspage:page')}?page={component.page.slug}")
