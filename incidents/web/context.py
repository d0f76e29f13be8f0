"""What every page of the console needs to know."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from incidents import access
from incidents.models import OVER, Notice
from incidents.reactions import notices
from incidents.selectors import alerts
from incidents.selectors import notices as selectors


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name and the counts in the navigation, read only where a template shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "nav_open": SimpleLazyObject(lambda: _open_incidents(request)),
        "nav_alerts": SimpleLazyObject(lambda: _open_alerts(request)),
        "bell": SimpleLazyObject(lambda: selectors.bell(_notices(request))),
    }


def _notices(request: HttpRequest) -> QuerySet[Notice]:
    return notices.of(access.of_user(request.user))


def _open_incidents(request: HttpRequest) -> int:
    visible = access.visible_incidents(access.of_user(request.user))
    return visible.exclude(state__in=OVER).count()


def _open_alerts(request: HttpRequest) -> int:
    principal = access.of_user(request.user)
    if not principal.is_known:
        return 0
    return alerts.firing(access.visible_incidents(principal)).count()
