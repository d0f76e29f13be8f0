"""What programs read of a page: Statuspage's JSON, feeds, a calendar, badges, a widget.

All of it is made of the same view as the page itself, so that no two of them disagree.
"""

from datetime import UTC

from django.utils import timezone, translation

from statuspage.models import StatusPage
from statuspage.rendering.machine import badges, feeds, ical, objects, v2, widget
from statuspage.rendering.pages import Document
from statuspage.rendering.view import PageView

__all__ = ["PREFIX", "documents"]

# Of what belongs to one component, and is no longer made once that is removed.
PREFIX = "badge/"


def documents(view: PageView) -> list[Document]:
    """All of one page, in its first language."""
    known = objects.read(view)
    with timezone.override(UTC), translation.override(view.page.language):
        return [
            *v2.documents(known),
            *feeds.documents(known),
            *badges.documents(known),
            *widget.documents(view),
            ical.document(known),
            _robots(view.page),
        ]


def _robots(page: StatusPage) -> Document:
    """Only read at the root of a host, so only where a page has a host of its own."""
    allowed = page.searchable and page.is_public
    return objects.document(
        "robots.txt",
        "text/plain; charset=utf-8",
        f"User-agent: *\n{'Allow' if allowed else 'Disallow'}: /\n",
    )
