"""The pages themselves: their list, a new one, for whom each is, how it looks, and a look ahead."""

from csp.decorators import csp_update
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage import selectors
from statuspage.models import Audience, ImageKind, StatusPage
from statuspage.services import images, page_settings, preview
from statuspage.views import frame
from statuspage.views.page_form import LookForm, NewPageForm, PageForm, blame


@require_safe
@requires("status.read")
def listing(request: Request) -> HttpResponse:
    context = {
        "pages": selectors.every_page(),
        "may_configure": request.principal.is_admin,
    }
    return render(request, "statuspage/pages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def new(request: Request) -> HttpResponse:
    form = NewPageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        page = form.save(commit=False)
        if page.audience == Audience.RESTRICTED:
            page.asks_sign_in = True
        try:
            page_settings.save_page(page)
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, f"“{page.name}” is made. Now say what it lists.")
            return redirect(frame.address("listing", page))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/page_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def settings(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    form = PageForm(request.POST or None, instance=page)
    if request.method == "POST" and _save_settings(form):
        messages.success(request, "Saved. The page shows it within seconds.")
        return redirect(frame.address("page_settings", form.instance))
    shown = frame.page_at(slug) if form.errors else page
    context = {**frame.of(request, shown, "page_settings"), "form": form}
    context["dns_hint"] = page_settings.dns_hint(page)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/page_settings.html", context, status=status)


def _save_settings(form: PageForm) -> bool:
    if not form.is_valid():
        return False
    try:
        page_settings.save_page(
            form.save(commit=False), teams=form.cleaned_data["teams"], password=form.password
        )
    except Invalid as error:
        field = {"password": "new_password"}.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, str(error))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def look(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    form = LookForm(request.POST or None, request.FILES or None, instance=page)
    if request.method == "POST" and _save_look(form):
        messages.success(request, "Saved. The page looks so within seconds.")
        return redirect(frame.address("page_look", page))
    context = {**frame.of(request, page, "page_look"), "form": form}
    context["images"] = {image.kind.replace("-", "_"): image for image in page.images.all()}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "statuspage/page_look.html", context, status=status)


def _save_look(form: LookForm) -> bool:
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            page = page_settings.save_page(form.save(commit=False))
            for kind, content in form.pictures().items():
                images.set_image(page_id=page.pk, kind=kind, content=content)
    except Invalid as error:
        field = error.field.replace("-", "_")
        form.add_error(field if field in form.fields else None, str(error))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
@csp_update({"style-src": ["data:"], "img-src": ["data:"]})  # type: ignore[arg-type]  # it passes all arguments on
def look_ahead(request: Request, slug: str) -> HttpResponse:
    """The page as it would be with what is typed in the form of `part`; nothing is saved."""
    page = frame.page_at(slug)
    form: LookForm | PageForm | None = None
    if request.method == "POST" and request.POST.get("part") == "look":
        form = LookForm(request.POST, request.FILES, instance=page)
    elif request.method == "POST":
        form = PageForm(request.POST, instance=page)
    with transaction.atomic():
        saved = form is None or _save(form)
        body = preview.document(form.instance if form else page) if saved else b""
        transaction.set_rollback(True)
    if not saved:
        context = {**frame.of(request, frame.page_at(slug), "page_look"), "form": form}
        return render(request, "statuspage/preview_refused.html", context, status=422)
    return HttpResponse(body, content_type="text/html; charset=utf-8")


def _save(form: LookForm | PageForm) -> bool:
    return _save_look(form) if isinstance(form, LookForm) else _save_settings(form)


@require_safe
@requires("config.write")
def picture(request: Request, slug: str, kind: str) -> HttpResponse:  # noqa: ARG001
    found = frame.page_at(slug).images.filter(kind=kind).first()
    if found is None:
        raise NotFound("There is no such picture.")
    return HttpResponse(bytes(found.body), content_type=found.content_type)


@require_POST
@requires("config.write")
def change(request: Request, slug: str) -> HttpResponse:
    """default, remove (with its `name`) or remove-picture (with `kind`), by the field `action`."""
    page = frame.page_at(slug)
    try:
        address = _change(request, page)
    except DomainError as error:
        messages.error(request, str(error))
        address = frame.address("page_settings", page)
    return redirect(address)


def _change(request: Request, page: StatusPage) -> str:
    action = request.POST.get("action", "")
    if action == "default":
        page_settings.make_default(page_id=page.pk)
        messages.success(request, f"“{page.name}” is at /status now.")
        return frame.address("page_settings", page)
    if action == "remove-picture" and request.POST.get("kind") in ImageKind.values:
        images.remove_image(page_id=page.pk, kind=request.POST["kind"])
        messages.success(request, "Removed.")
        return frame.address("page_look", page)
    if action == "remove":
        page_settings.remove_page(page_id=page.pk, name=request.POST.get("name", ""))
        messages.success(request, f"“{page.name}” is removed.")
        return "statuspage:pages"
    raise Invalid("That is no action of a page.", "Use default, remove or remove-picture.")
