"""Addresses of the spoke."""

from django.urls import path, register_converter

from warroom.views import (
    actions,
    bridge,
    catch_up,
    commands,
    document,
    files,
    linking,
    messages,
    named,
    record,
    recording,
    roles,
    room,
    search,
    stages,
    tasks,
    triage,
)

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
    path("incidents/<reference:ref>/commands", commands.listing, name="commands"),
    path("incidents/<reference:ref>/commands/complete", commands.complete, name="complete"),
    path("incidents/<reference:ref>/commands/preview", commands.preview, name="preview"),
    path("incidents/<reference:ref>/note", actions.note, name="note"),
    path("incidents/<reference:ref>/access", named.page, name="access"),
    path("incidents/<reference:ref>/recording", recording.recording, name="recording"),
    path("incidents/<reference:ref>/recording/rows", recording.played, name="recording_rows"),
    path("incidents/<reference:ref>/recording/scene", recording.scene, name="recording_scene"),
    path(
        "incidents/<reference:ref>/recording/document/<int:version>",
        recording.paper,
        name="recording_paper",
    ),
    path("incidents/<reference:ref>/transcript/<str:kind>", recording.download, name="transcript"),
    path("incidents/<reference:ref>/bridge", bridge.bridge_of, name="bridge"),
    path("settings/bridge", bridge.choose, name="bridge_settings"),
    path("incidents/<reference:ref>/find", linking.find, name="find"),
    path("incidents/<reference:ref>/links", linking.link, name="link"),
    path("incidents/<reference:ref>/links/<int:link>/remove", linking.unlink, name="unlink"),
    path("incidents/<reference:ref>/messages", actions.say, name="say"),
    path("incidents/<reference:ref>/messages/<int:seq>", messages.message, name="message"),
    path(
        "incidents/<reference:ref>/messages/<int:seq>/versions", messages.versions, name="versions"
    ),
    path("incidents/<reference:ref>/messages/<int:seq>/delete", messages.delete, name="delete"),
    path("incidents/<reference:ref>/messages/<int:seq>/react", messages.react, name="react"),
    path("incidents/<reference:ref>/read", messages.read, name="read"),
    path("incidents/<reference:ref>/mentionable", messages.mentionable, name="mentionable"),
    path("incidents/<reference:ref>/search", search.search, name="search"),
    path("incidents/<reference:ref>/tasks", tasks.panel, name="tasks"),
    path("incidents/<reference:ref>/tasks/add", tasks.add, name="task_add"),
    path("incidents/<reference:ref>/tasks/<int:task>", tasks.change, name="task"),
    path("incidents/<reference:ref>/tasks/<int:task>/state", tasks.state, name="task_state"),
    path("incidents/<reference:ref>/tasks/<int:task>/place", tasks.place, name="task_place"),
    path("incidents/<reference:ref>/known", record.known, name="known"),
    path("incidents/<reference:ref>/pins/<int:seq>", record.pin, name="pin"),
    path("incidents/<reference:ref>/decisions", record.decide, name="decide"),
    path("incidents/<reference:ref>/hypotheses", record.propose, name="propose"),
    path("incidents/<reference:ref>/hypotheses/<int:hypothesis>", record.judge, name="hypothesis"),
    path("tasks", tasks.mine, name="my_tasks"),
    path("incidents/<reference:ref>/document", document.document, name="document"),
    path(
        "incidents/<reference:ref>/document/markdown", document.download, name="document_markdown"
    ),
    path("incidents/<reference:ref>/document/template", document.outline, name="document_outline"),
    path(
        "incidents/<reference:ref>/document/versions", document.versions, name="document_versions"
    ),
    path(
        "incidents/<reference:ref>/document/versions/<int:version>",
        document.version,
        name="document_version",
    ),
    path(
        "incidents/<reference:ref>/document/versions/<int:version>/restore",
        document.restore,
        name="document_restore",
    ),
    path("incidents/<reference:ref>/files", files.files, name="files"),
    path("incidents/<reference:ref>/files/share", files.share, name="share"),
    path("incidents/<reference:ref>/files/<uuid:file>", files.file, name="file"),
    path("incidents/<reference:ref>/files/<uuid:file>/preview", files.preview, name="file_preview"),
    path("incidents/<reference:ref>/files/<uuid:file>/remove", files.remove, name="file_remove"),
    path("incidents/<reference:ref>/handover", roles.offer, name="handover"),
    path("incidents/<reference:ref>/handover/<int:offer>", roles.answer, name="offer"),
    path("incidents/<reference:ref>/stages", stages.stages, name="stages"),
    path("incidents/<reference:ref>/stages/check", stages.check, name="stage_check"),
    path("incidents/<reference:ref>/catch-up", catch_up.catch_up, name="catch_up"),
    path("incidents/<reference:ref>/updates", catch_up.update, name="update"),
]
