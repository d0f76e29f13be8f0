"""What views share that speak another product's API: the keys of integrations open them too.

An integration sees the alerts it has sent, and of those only what is not private. People and API
keys come in as everywhere else, and see what the policy lets them see.
"""

import base64
import binascii
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from incidents import access
from incidents.api.authentication import CookieAuthentication, KeyAuthentication
from incidents.api.errors import CHALLENGE
from incidents.api.throttling import PerPrincipal
from incidents.api.views_common import ActionView
from incidents.kernel import clock, tokens
from incidents.kernel.errors import NotAllowed
from incidents.models import Alert, Incident, Integration
from incidents.selectors import alerts as alert_lists


def presented_key(request: Request) -> tuple[str, str]:
    """The scheme and the key of the Authorization header; of basic auth the password, or the name
    where there is none."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme != "basic":
        return scheme, rest if scheme in {"bearer", "geniekey"} else ""
    try:
        name, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return scheme, ""
    return scheme, password or name


class IntegrationKey(BaseAuthentication):
    """The key of an integration, as the door takes it; `request.auth` is the Integration."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Integration] | None:
        scheme, key = presented_key(request)
        if not key:
            return None
        found = Integration.objects.filter(key_hash=tokens.digest(key)).first()
        if found is None:
            if scheme == "bearer":
                return None  # it may be an API key
            raise AuthenticationFailed("This key is not known here. Check that it is complete.")
        if found.is_over(clock.now()):
            raise AuthenticationFailed("This key has expired. An admin can give it a later date.")
        return AnonymousUser(), found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # the interface's
        return CHALLENGE


class PerIntegration(PerPrincipal):
    """An integration that reads too much slows down nobody else at its address."""

    def get_ident(self, request: Request) -> str:
        if isinstance(request.auth, Integration):
            return f"integration:{request.auth.pk}"
        return str(super().get_ident(request))


class ProtocolView(ActionView):
    """`kinds` are the integrations whose keys open it."""

    kinds: ClassVar[tuple[str, ...]] = ()
    authentication_classes: ClassVar[list[type[BaseAuthentication]]] = [  # type: ignore[misc]
        IntegrationKey,
        KeyAuthentication,
        CookieAuthentication,
    ]
    throttle_classes: ClassVar[list[type[BaseThrottle]]] = [PerIntegration]  # type: ignore[misc]
    schema = None  # type: ignore[assignment]  # described by whose API it is

    @property
    def integration(self) -> Integration | None:
        found = self.request.auth
        return found if isinstance(found, Integration) else None

    def authorise(self, request: Request) -> None:
        found = self.integration
        if found is None:
            super().authorise(request)
            return
        if found.kind not in self.kinds:
            raise NotAllowed("This key belongs to another kind of integration.")
        if found.paused:
            raise NotAllowed("This integration is paused.", "An admin can resume it.")

    def alerts(self) -> QuerySet[Alert]:
        """The alerts that whoever asks may know of."""
        if self.integration is None:
            return alert_lists.visible(access.visible_incidents(self.principal))
        shown = alert_lists.visible(Incident.objects.none())
        return shown.filter(integration=self.integration)
