"""Addresses of the spoke."""

from django.urls import path, register_converter

from warroom.views import actions, named, room, triage

app_name = "warroom"


class Reference:
    """What names an incident: INC-12, 12 or its UUID."""

    regex = r"(?:[Ii][Nn][Cc]-)?[0-9]{1,18}|[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")

urlpatterns = [
    path("incidents/<reference:ref>", room.room, name="room"),
    path("incidents/<reference:ref>/head", room.head, name="head"),
    path("incidents/<reference:ref>/rail", room.rail, name="rail"),
    path("incidents/<reference:ref>/items", room.items, name="items"),
    path("incidents/<reference:ref>/move", actions.move, name="move"),
    path("incidents/<reference:ref>/severity", actions.severity, name="severity"),
    path("incidents/<reference:ref>/assign", actions.assign, name="assign"),
    path("incidents/<reference:ref>/edit", actions.edit, name="edit"),
    path("incidents/<reference:ref>/classify", triage.classify, name="classify"),
    path("incidents/<reference:ref>/note", actions.note, name="note"),
    path("incidents/<reference:ref>/access", named.page, name="access"),
    path("incidents/<reference:ref>/messages", actions.say, name="say"),
    path("incidents/<reference:ref>/messages/<int:seq>", actions.revise, name="revise"),
]
