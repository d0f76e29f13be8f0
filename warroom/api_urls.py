"""API addresses of the spoke."""

from incidents.api.routes import route
from warroom import api

app_name = "warroom_api"
urlpatterns = [
    route("incidents/<ref>/messages", api.MessagesView, name="messages"),
    route("incidents/<ref>/messages/<uuid:message>", api.MessageView, name="message"),
    route("incidents/<ref>/timeline", api.TimelineView, name="timeline"),
]
