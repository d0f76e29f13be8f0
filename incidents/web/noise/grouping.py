"""Grouping: which alerts become one incident, which are held back by others, and storms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import GroupingPolicy, Inhibition
from incidents.pipeline.noise import settings
from incidents.pipeline.noise.preview import Preview, preview_inhibition, preview_policy
from incidents.selectors import noise
from incidents.web.guard import Request, requires
from incidents.web.noise import words
from incidents.web.noise.abilities import abilities
from incidents.web.noise.policy_forms import InhibitionForm, PolicyForm
from incidents.web.noise.previews import shown

Row = GroupingPolicy | Inhibition
Form = PolicyForm | InhibitionForm
VERSIONS_SHOWN = 10


@require_safe
@requires("alert.read")
def overview(request: Request) -> HttpResponse:
    visible = access.visible_incidents(request.principal)
    policies, inhibitions = list(GroupingPolicy.objects.all()), list(Inhibition.objects.all())
    by_policy, by_inhibition = (
        noise.held_by(visible, kind, [str(row.pk) for row in rows])
        for kind, rows in (("grouping", policies), ("inhibition", inhibitions))
    )
    context = {
        "policies": [_PolicyRow.of(p, by_policy.get(str(p.pk), noise.NOTHING)) for p in policies],
        "inhibitions": [
            (i, words.of_inhibition(i), by_inhibition.get(str(i.pk), noise.NOTHING))
            for i in inhibitions
        ],
        "default": words.DEFAULT,
        "storms": noise.storms(clock.now()),
        "storm_limit": site.STORM_INCIDENTS_PER_MINUTE,
        "open_limit": site.OPEN_ALERTS_PER_INTEGRATION,
        "may": abilities(request.principal),
    }
    return render(request, "incidents/noise/grouping.html", context)


@dataclass(frozen=True, slots=True)
class _PolicyRow:
    policy: GroupingPolicy
    subject: str
    clauses: list[str]
    held: noise.Held

    @classmethod
    def of(cls, policy: GroupingPolicy, held: noise.Held) -> "_PolicyRow":
        return cls(policy, *words.of_policy(policy), held)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def new_policy(request: Request) -> HttpResponse:
    return _edit(request, PolicyForm(request.POST or None, row=GroupingPolicy()))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def edit_policy(request: Request, pk: int) -> HttpResponse:
    return _edit(request, PolicyForm(request.POST or None, row=_found(GroupingPolicy, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def new_inhibition(request: Request) -> HttpResponse:
    return _edit(request, InhibitionForm(request.POST or None, row=Inhibition()))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def edit_inhibition(request: Request, pk: int) -> HttpResponse:
    return _edit(request, InhibitionForm(request.POST or None, row=_found(Inhibition, pk)))


def _edit(request: Request, form: Form) -> HttpResponse:
    kind = "policy" if isinstance(form, PolicyForm) else "inhibition"
    context: dict[str, Any] = {"form": form, "row": form.row, "kind": kind}
    if request.method == "POST":
        scripted = bool(getattr(request, "htmx", False))
        if scripted or request.POST.get("do") == "preview":
            form.errors.pop("name", None)
            context["shown"] = shown(request.principal, _look(form))
            if scripted:
                return render(request, "incidents/noise/_preview.html", context)
        elif form.save():
            messages.success(request, f"“{form.row.name}” is saved.")
            return redirect("web:grouping")
    if form.row.pk:
        versions = form.row.history.select_related("history_user")
        context["versions"] = versions[:VERSIONS_SHOWN]
    status = 422 if form.is_bound and form.errors else 200
    context["may"] = abilities(request.principal)
    return render(request, f"incidents/noise/{kind}_form.html", context, status=status)


def _look(form: Form) -> Callable[[], Preview]:
    """As though it were in use, also while it is switched off."""

    def look() -> Preview:
        row = form.typed()
        row.enabled = True
        return preview_policy(row) if isinstance(row, GroupingPolicy) else preview_inhibition(row)

    return look


@require_POST
@requires("config.write")
def change_policy(request: Request, pk: int) -> HttpResponse:
    """up | down | enable | disable | delete, by the field `action`."""
    return _change(request, _found(GroupingPolicy, pk))


@require_POST
@requires("config.write")
def change_inhibition(request: Request, pk: int) -> HttpResponse:
    """enable | disable | delete, by the field `action`."""
    return _change(request, _found(Inhibition, pk))


def _change(request: Request, row: Row) -> HttpResponse:
    action = request.POST.get("action", "")
    if action in {"up", "down"} and isinstance(row, GroupingPolicy):
        settings.shift(row, by=-1 if action == "up" else 1)
    elif action in {"enable", "disable"}:
        row.enabled = action == "enable"
        _save(row)
        messages.success(request, f"“{row.name}” is {'in use' if row.enabled else 'off'}.")
    elif action == "delete":
        settings.forget(row)
        messages.success(request, f"“{row.name}” is deleted.")
    else:
        raise Invalid("That is no action of a rule.", "Use enable, disable or delete.")
    return redirect("web:grouping")


def _save(row: Row) -> None:
    if isinstance(row, GroupingPolicy):
        settings.group(row)
    else:
        settings.inhibit(row)


def _found(model: Any, pk: int) -> Any:
    found = model.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such rule.", "It may have been deleted.")
    return found
