"""WebSocket addresses."""

from django.urls import URLPattern, re_path

from warroom.consumers.document import document
from warroom.consumers.feed import feed
from warroom.consumers.room import room
from warroom.consumers.socket import nothing

websocket_urlpatterns: list[URLPattern] = [
    re_path(r"^ws/incidents/(?P<ref>[^/]{1,60})/?$", room),  # type: ignore[arg-type]  # ASGI
    re_path(r"^ws/incidents/(?P<ref>[^/]{1,60})/document/?$", document),  # type: ignore[arg-type]
    re_path(r"^ws/feed/?$", feed),  # type: ignore[arg-type]  # an ASGI application
    re_path(r"", nothing),  # type: ignore[arg-type]  # an ASGI application
]
