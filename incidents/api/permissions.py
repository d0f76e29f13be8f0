"""Each API view declares its actions; a view that does not is not served at all."""

from typing import TYPE_CHECKING, Final

from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # rest_framework.views reads this module while it is being imported
    from rest_framework.views import APIView

# Declared in place of an action by the few views that anybody may call.
PUBLIC: Final = "public"


class DeclaredAction(BasePermission):
    """Raises NotSignedIn, NotFound or NotAllowed by the policy of `incidents.access`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        authorise = getattr(view, "authorise", None)
        if authorise is None:
            raise ImproperlyConfigured(f"{type(view).__name__} must be an ActionView")
        authorise(request)
        return True
