"""Who opens a socket: whoever the session cookie or the API key says. Runs in a worker thread."""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user

from incidents import access
from incidents.access import NOBODY, Principal
from incidents.kernel import clock, tokens
from incidents.models import ApiKey, User

Scope = dict[str, Any]


def principal_of(scope: Scope) -> Principal:
    """Read anew at each call: a session may have ended, a key been revoked, a role changed."""
    authorization = _header(scope, b"authorization")
    if authorization:
        return _of_key(authorization)
    return _of_session(_header(scope, b"cookie"))


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _of_key(authorization: str) -> Principal:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return NOBODY
    key = ApiKey.objects.filter(token_hash=tokens.digest(token.strip())).first()
    return Principal(key=key) if key is not None and key.is_live(clock.now()) else NOBODY


def _of_session(header: str) -> Principal:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(header)
    except CookieError:
        return NOBODY
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return NOBODY
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    request: Any = SimpleNamespace(session=session)
    user = get_user(request)
    return access.of_user(user) if isinstance(user, User) else NOBODY
