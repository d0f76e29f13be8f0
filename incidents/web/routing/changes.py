"""Changing the draft, and putting versions to work."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import RoutingVersion
from incidents.pipeline.routing import simulation, versions
from incidents.pipeline.routing.document import Tables
from incidents.selectors import routing
from incidents.sources import adapters
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.routing.forms import RuleForm, fields, operators

Rules = list[dict[str, Any]]


def _page(version: RoutingVersion, at: str = "") -> HttpResponse:
    response = redirect("web:routing_version", number=version.number)
    response["Location"] += at
    return response


@require_POST
@requires("routing.change")
def draft(request: Request) -> HttpResponse:
    """By the field `action`: start, discard; or up, down, switch, delete with a `rule`."""
    action, actor = request.POST.get("action", ""), request.principal.actor
    if action == "discard":
        versions.discard_draft(actor=actor)
        messages.success(request, "The draft is discarded.")
        return redirect("web:routing")
    if action == "start":
        return _page(versions.start_draft(actor=actor, copy_of=_number(request, "copy_of")))
    if action not in _EDITS:
        raise Invalid("That cannot be done to a rule.", f"Actions: {', '.join(_EDITS)}.")
    change = _on_one(request.POST.get("rule", ""), _EDITS[action])
    return _page(versions.change_draft(change=change, actor=actor), "#rules")


def _number(request: Request, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _on_one(key: str, edit: Callable[[Rules, int], None]) -> Callable[[Rules], Rules]:
    def change(rules: Rules) -> Rules:
        place = next((n for n, rule in enumerate(rules) if rule["id"] == key), None)
        if place is None:
            raise NotFound("There is no such rule in the draft.", "It may have been deleted.")
        edit(rules, place)
        return rules

    return change


def _swap(rules: Rules, place: int, other: int) -> None:
    if 0 <= other < len(rules):
        rules[place], rules[other] = rules[other], rules[place]


def _switch(rules: Rules, place: int) -> None:
    rules[place]["off"] = not rules[place]["off"]


_EDITS: Final[Mapping[str, Callable[[Rules, int], None]]] = {
    "up": lambda rules, place: _swap(rules, place, place - 1),
    "down": lambda rules, place: _swap(rules, place, place + 1),
    "switch": _switch,
    "delete": lambda rules, place: rules.__delitem__(place),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("routing.change")
def new_rule(request: Request) -> HttpResponse:
    return _edit(request, {})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("routing.change")
def edit_rule(request: Request, key: str) -> HttpResponse:
    found = routing.overview().draft
    rule = next((row for row in found.rules if row["id"] == key), None) if found else None
    if rule is None:
        raise NotFound("There is no such rule in the draft.", "It may have been deleted.")
    return _edit(request, rule)


def _edit(request: Request, rule: Mapping[str, Any]) -> HttpResponse:
    """Two buttons: one keeps the rule, the other asks for more rows and keeps nothing."""
    sent = request.method == "POST"
    form = RuleForm(request.POST if sent else None, rule=rule)
    wants_rows = request.POST.get("do") == "more"
    if sent and not wants_rows:
        kept = _keep(form, rule, request.principal.actor, _number(request, "revision"))
        if kept is not None:
            messages.success(request, f"“{form.cleaned_data['name']}” is in the draft.")
            return _page(kept, "#rules")
    found = routing.overview().draft
    context = {
        "form": form,
        "rule": rule,
        "fields": fields(),
        "operators": operators(),
        "wants_rows": wants_rows,
        "revision": request.POST.get("revision") or (found.revision if found else ""),
        "draft": found,
        "may": abilities(request.principal),
    }
    status = 422 if sent and not wants_rows else 200
    return render(request, "incidents/routing/rule_form.html", context, status=status)


def _keep(
    form: RuleForm, rule: Mapping[str, Any], actor: Actor, revision: int | None
) -> RoutingVersion | None:
    typed = form.read(Tables.load())
    if typed is None:
        return None

    def change(rules: Rules) -> Rules:
        if not rule:
            return [*rules, typed]
        return [typed if row["id"] == rule["id"] else row for row in rules]

    try:
        return versions.change_draft(change=change, actor=actor, revision=revision)
    except (Conflict, Invalid) as error:
        form.refuse(error)
        return None


@require_POST
@requires("routing.change")
def simulate(request: Request, number: int) -> HttpResponse:
    version = versions.found(number)
    simulation.simulate(version, read=adapters.read, actor=request.principal.actor)
    return _page(version, "#simulation")


@require_POST
@requires("routing.change")
def publish(request: Request, number: int) -> HttpResponse:
    """By the field `action`: shadow, live, stop or back."""
    action, actor = request.POST.get("action", ""), request.principal.actor
    note = request.POST.get("note", "").strip()[:300].replace("\0", "")
    if action == "shadow":
        version = versions.to_shadow(number=number, actor=actor, note=note)
    elif action == "live":
        confirmed = bool(request.POST.get("confirmed"))
        version = versions.go_live(number=number, actor=actor, note=note, confirmed=confirmed)
    elif action == "stop":
        version = versions.stop(number=number, actor=actor)
    elif action == "back":
        version = versions.roll_back(number=number, actor=actor, note=note)
    else:
        raise Invalid("That cannot be done to a version.", "Use shadow, live, stop or back.")
    messages.success(request, _TOLD[action].format(version))
    return _page(version)


_TOLD: Final = {
    "shadow": "{} is in shadow: it is asked about each signal, and nothing it says is done.",
    "live": "{} is live: it decides from the next signal on.",
    "stop": "{} is out of work.",
    "back": "{} is live, with the rules of the one you chose.",
}
