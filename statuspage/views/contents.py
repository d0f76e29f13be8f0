"""What a page lists, in the console: components and nested groups, their order, and texts to begin
updates with."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import Component, ComponentGroup, StatusPage, UpdateTemplate
from statuspage.services import listing as verbs
from statuspage.services import templates
from statuspage.views import frame
from statuspage.views.page_form import ComponentForm, GroupForm, TemplateForm, blame

Row = Component | ComponentGroup


@require_safe
@requires("config.write")
def listing(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    context = {**frame.of(request, page, "listing"), "tree": selectors.tree(page)}
    return render(request, "statuspage/listing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def component(request: Request, slug: str, component_id: int = 0) -> HttpResponse:
    page = frame.page_at(slug)
    row = _component(page, component_id) if component_id else Component(page=page)
    form = ComponentForm(request.POST or None, instance=row)
    return _edit(request, page, form, verbs.save_component)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def group(request: Request, slug: str, group_id: int = 0) -> HttpResponse:
    page = frame.page_at(slug)
    row = _group(page, group_id) if group_id else ComponentGroup(page=page)
    form = GroupForm(request.POST or None, instance=row)
    return _edit(request, page, form, verbs.save_group)


def _edit(request: Request, page: StatusPage, form: Any, save: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save(form.save(commit=False))
        except Invalid as error:
            blame(form, error)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{saved.name}” is saved.")
            return redirect(frame.address("listing", page))
    context = {
        **frame.of(request, page, "listing"),
        "form": form,
        "row": form.instance,
        "is_group": isinstance(form.instance, ComponentGroup),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/listed_form.html", context, status=status)


@require_POST
@requires("config.write")
def change(request: Request, slug: str) -> HttpResponse:
    """up, down or remove, by the field `action`, of the `component` or the `group`."""
    page = frame.page_at(slug)
    row = _named(request, page)
    action = request.POST.get("action", "")
    if action in {"up", "down"}:
        verbs.shift(row, by=-1 if action == "up" else 1)
    elif action == "remove":
        if isinstance(row, Component):
            verbs.remove_component(component_id=row.pk)
        else:
            verbs.remove_group(group_id=row.pk)
        messages.success(request, f"“{row.name}” is removed.")
    else:
        raise Invalid("That is no action.", "Use up, down or remove.")
    return redirect(frame.address("listing", page))


def _named(request: Request, page: StatusPage) -> Row:
    for name, find in (("component", _component), ("group", _group)):
        text = request.POST.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 18:
            found: Row = find(page, int(text))
            return found
    raise NotFound("There is no such component.", "It may have been removed.")


def _component(page: StatusPage, pk: int) -> Component:
    found = page.components.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such component.", "It may have been removed.")
    found.page = page
    return found


def _group(page: StatusPage, pk: int) -> ComponentGroup:
    found = page.groups.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such group.", "It may have been removed.")
    found.page = page
    return found


@require_safe
@requires("status.read")
def texts(request: Request) -> HttpResponse:
    context = {
        "templates": UpdateTemplate.objects.select_related("page"),
        "may_publish": request.principal.is_admin,
    }
    return render(request, "statuspage/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def text(request: Request, text_id: int = 0) -> HttpResponse:
    row = UpdateTemplate.objects.filter(pk=text_id).first() if text_id else UpdateTemplate()
    if row is None:
        raise NotFound("There is no such text.", "It may have been removed.")
    if request.method == "POST" and request.POST.get("action") == "remove" and text_id:
        row.delete()
        messages.success(request, f"“{row.name}” is removed.")
        return redirect("statuspage:texts")
    form = TemplateForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            templates.save(form.save(commit=False))
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, f"“{row.name}” is saved.")
            return redirect("statuspage:texts")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/text.html", {"form": form, "row": row}, status=status)
