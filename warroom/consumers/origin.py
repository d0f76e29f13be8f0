"""Which pages may open a socket: our own. Programs send no origin, but a key."""

from typing import Any

from channels.security.websocket import OriginValidator
from django.conf import settings


class SameOrigin:
    """Browsers name the page they act for, and cannot add a key of their own accord: so a socket
    without an origin must carry an Authorization header, and one with an origin must be ours."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._checked = OriginValidator(application, settings.ALLOWED_HOSTS)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        names = {name.lower() for name, _ in scope.get("headers", [])}
        is_program = b"origin" not in names and b"authorization" in names
        await (self._application if is_program else self._checked)(scope, receive, send)
