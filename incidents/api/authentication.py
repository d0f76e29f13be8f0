"""Who asks: a program with a key, or a person's browser with its session cookie."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from incidents.access import Principal, of_user
from incidents.api.errors import CHALLENGE
from incidents.kernel import clock, tokens
from incidents.models import ApiKey, User

_HOW: Final = "Send it as “Authorization: Bearer <key>”."
# Writing on each request would make reading the API cost a write.
_TOUCH_AFTER: Final = timedelta(minutes=1)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`; `request.auth` is the ApiKey, `request.user` nobody."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(f"The Authorization header must hold one key. {_HOW}")
        now = clock.now()
        key = _live_key(words[1].decode("latin-1"), now)
        _touch(key, now)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # the interface's
        return CHALLENGE


class CookieAuthentication(SessionAuthentication):
    """The session of a signed-in person; changes need the CSRF token, as in the pages."""


def _live_key(token: str, now: datetime) -> ApiKey:
    key = ApiKey.objects.filter(token_hash=tokens.digest(token)).first()
    if key is None:
        raise AuthenticationFailed("This key is not known here. Check that it is complete.")
    if key.revoked_at is not None:
        raise AuthenticationFailed("This key has been revoked. Ask an admin for a new one.")
    if not key.is_live(now):
        raise AuthenticationFailed("This key has expired. Ask an admin for a new one.")
    return key


def _touch(key: ApiKey, now: datetime) -> None:
    stale = now - _TOUCH_AFTER
    if key.last_used_at is None or key.last_used_at < stale:
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lt=stale)
        ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now)


def principal_of(request: Request) -> Principal:
    """Whoever sent `request`, as the access policy knows them."""
    if isinstance(request.auth, ApiKey):
        return Principal(key=request.auth)
    return of_user(request.user) if isinstance(request.user, User) else Principal()
