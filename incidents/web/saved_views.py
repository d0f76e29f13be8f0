"""Views of the list of incidents: one's own, and those that commanders share with everybody."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from incidents import access
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import DefaultView, SavedView
from incidents.web.guard import Request, requires
from incidents.web.typed import text

MOST: Final = 50
LONGEST: Final = 2_000
_NOT_KEPT: Final = frozenset({"view", "before", "after"})


def offered(principal: access.Principal) -> QuerySet[SavedView]:
    rows = SavedView.objects.filter(Q(shared=True) | Q(owner=principal.user))
    return rows.select_related("owner")


def address_of(view: SavedView) -> str:
    return f"view={view.pk}&{view.query}" if view.query else f"view={view.pk}"


def default_of(principal: access.Principal) -> SavedView | None:
    """The view with which the list opens. One query."""
    row = DefaultView.objects.filter(user=principal.user).select_related("view").first()
    if row is None or not (row.view.shared or row.view.owner_id == row.user_id):
        return None
    return row.view


def context(request: Request, query: str, default: SavedView | None) -> dict[str, Any]:
    """What the list shows of views; `query` is what it asks for now. One query."""
    number = request.GET.get("view", "")
    views = list(offered(request.principal)[:MOST])
    here = next((view for view in views if str(view.pk) == number), None)
    return {
        "views": [
            {"view": view, "address": f"?{address_of(view)}", "is_default": view == default}
            for view in views
        ],
        "view": here,
        "view_changed": here is not None and here.query != query,
        "view_query": query,
        "view_is_mine": here is not None and _may_change(request, here),
        "view_is_default": here is not None and here == default,
        "everything": "?view=all",
    }


def _may_change(request: Request, view: SavedView) -> bool:
    user = request.principal.user
    return user is not None and (view.owner_id == user.pk or request.principal.is_admin)


def _plain(query: str) -> str:
    """The query without what belongs to one visit; as the list writes it."""
    pairs = parse_qsl(query[:LONGEST].replace("\0", ""), keep_blank_values=False)
    return urlencode([(name, value) for name, value in pairs if name not in _NOT_KEPT])


@require_POST
@requires("incident.read")
def save(request: Request) -> HttpResponse:
    """Keep a new view under a name; sharing it takes a commander."""
    name = text(request, "name")[:60]
    shared = request.POST.get("shared") == "yes"
    if not name:
        raise Invalid("A view needs a name.", "For instance: Open on checkout.", field="name")
    if shared:
        access.require(request.principal, "incident.command")
    user = request.principal.user
    if user is None or user.saved_views.count() >= MOST:
        raise Invalid(f"{MOST} views are the most.", "Delete one that you need no more.")
    view, _ = SavedView.objects.update_or_create(
        owner=user,
        name=name,
        defaults={"query": _plain(request.POST.get("query", "")), "shared": shared},
    )
    messages.success(request, f"{view.name} is kept.")
    return redirect(f"{reverse('web:list')}?{address_of(view)}")


@require_POST
@requires("incident.read")
def change(request: Request, view: int) -> HttpResponse:
    """Change, delete or open with a view that is offered to one."""
    return _changed(request, offered(request.principal).filter(pk=view).first())


def _changed(request: Request, view: SavedView | None) -> HttpResponse:
    user = request.principal.user
    if view is None or user is None:
        raise NotFound("There is no such view.", "It may have been deleted.")
    do = request.POST.get("do", "")
    if do == "default":
        DefaultView.objects.update_or_create(user=user, defaults={"view": view})
        messages.success(request, f"The list opens with {view.name} from now on.")
    elif do == "no_default":
        DefaultView.objects.filter(user=user).delete()
        messages.success(request, "The list opens with everything from now on.")
    elif not _may_change(request, view):
        raise NotFound("There is no such view of yours.", "Only its owner may change a view.")
    elif do == "update":
        view.query = _plain(request.POST.get("query", ""))
        view.save(update_fields=["query"])
        messages.success(request, f"{view.name} is changed.")
    elif do == "delete":
        view.delete()
        messages.success(request, f"{view.name} is deleted.")
        return redirect(f"{reverse('web:list')}?view=all")
    else:
        raise Invalid("That is nothing one can do with a view.", "Use update, default or delete.")
    return redirect(f"{reverse('web:list')}?{address_of(view)}")
