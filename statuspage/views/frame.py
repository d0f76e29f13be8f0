"""What every page of a status page in the console begins with: which one it is, and its tabs."""

from typing import Any, Final

from django.urls import reverse

from incidents import access
from incidents.kernel.errors import NotFound
from incidents.web.guard import Request
from statuspage import selectors
from statuspage.models import StatusPage

# Name of the address, word on the tab, action it takes to see it.
_TABS: Final = (
    ("page", "Now", "status.read"),
    ("works", "Maintenance", "status.read"),
    ("subscribers", "Subscribers", "config.write"),
    ("listing", "Components", "config.write"),
    ("page_look", "Look", "config.write"),
    ("copies", "Copies", "config.write"),
    ("page_settings", "Settings", "config.write"),
)


def page_at(slug: str) -> StatusPage:
    found = selectors.known_page(slug)
    if found is None:
        raise NotFound("There is no such status page.", "It may have been removed.")
    return found


def address(name: str, page: StatusPage, **more: Any) -> str:
    if name == "page":
        return f"{reverse('statuspage:page')}?page={page.slug}"
    return reverse(f"statuspage:{name}", kwargs={"slug": page.slug, **more})


def of(request: Request, page: StatusPage, here: str) -> dict[str, Any]:
    """`tabs` are (word, address, whether it is this one)."""
    tabs = []
    for name, word, action in _TABS:
        if not access.may(request.principal, action):
            continue
        tabs.append((word, address(name, page), name == here))
    return {
        "page": page,
        "pages": selectors.every_page(),
        "tabs": tabs,
        "here": here,
        "may_publish": access.may(request.principal, "status.publish"),
        "may_configure": access.may(request.principal, "config.write"),
    }
