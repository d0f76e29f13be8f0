"""API addresses of the spoke."""

from incidents.api.routes import route
from warroom import api
from warroom.api import (
    bridge,
    chat,
    clocks,
    document,
    files,
    handover,
    reading,
    record,
    tasks,
    transcript,
)

app_name = "warroom_api"
urlpatterns = [
    route("incidents/<ref>/messages", chat.MessagesView, name="messages"),
    route("incidents/<ref>/messages/<uuid:message>", chat.MessageView, name="message"),
    route("incidents/<ref>/messages/<uuid:message>/replies", chat.RepliesView, name="replies"),
    route("incidents/<ref>/messages/<uuid:message>/versions", chat.VersionsView, name="versions"),
    route(
        "incidents/<ref>/messages/<uuid:message>/reactions/<str:emoji>",
        chat.ReactionView,
        name="reaction",
    ),
    route("incidents/<ref>/read", reading.ReadView, name="read"),
    route("incidents/<ref>/search", reading.SearchView, name="search"),
    route("incidents/<ref>/files", files.FilesView, name="files"),
    route("incidents/<ref>/files/<uuid:file>", files.FileView, name="file"),
    route("incidents/<ref>/files/<uuid:file>/content", files.ContentView, name="file_content"),
    route("incidents/<ref>/timeline", api.TimelineView, name="timeline"),
    route("incidents/<ref>/transcript", transcript.TranscriptView, name="transcript"),
    route(
        "incidents/<ref>/transcript/markdown",
        transcript.MarkdownView,
        name="transcript_markdown",
    ),
    route("incidents/<ref>/bridge", bridge.BridgeView, name="bridge"),
    route("incidents/<ref>/documents", document.DocumentsView, name="documents"),
    route("incidents/<ref>/document", document.DocumentView, name="document"),
    route("incidents/<ref>/document/markdown", document.MarkdownView, name="document_markdown"),
    route("incidents/<ref>/document/versions", document.VersionsView, name="document_versions"),
    route(
        "incidents/<ref>/document/versions/<int:version>",
        document.VersionView,
        name="document_version",
    ),
    route(
        "incidents/<ref>/document/versions/<int:version>/restore",
        document.RestoreView,
        name="document_restore",
    ),
    route("tasks", tasks.TasksView, name="tasks"),
    route("incidents/<ref>/tasks", tasks.IncidentTasksView, name="incident_tasks"),
    route("incidents/<ref>/tasks/<int:task>", tasks.TaskView, name="task"),
    route("incidents/<ref>/pins", record.PinsView, name="pins"),
    route("incidents/<ref>/pins/<int:seq>", record.PinView, name="pin"),
    route("incidents/<ref>/decisions", record.DecisionsView, name="decisions"),
    route("incidents/<ref>/hypotheses", record.HypothesesView, name="hypotheses"),
    route("incidents/<ref>/hypotheses/<int:hypothesis>", record.HypothesisView, name="hypothesis"),
    route("incidents/<ref>/offers", handover.OffersView, name="offers"),
    route("incidents/<ref>/offers/<int:offer>/accept", handover.AcceptView, name="accept"),
    route("incidents/<ref>/offers/<int:offer>/decline", handover.DeclineView, name="decline"),
    route("incidents/<ref>/offers/<int:offer>/withdraw", handover.WithdrawView, name="withdraw"),
    route("incidents/<ref>/stages", clocks.StagesView, name="stages"),
    route("incidents/<ref>/stages/checks/<int:check>", clocks.CheckView, name="stage_check"),
    route("incidents/<ref>/updates", clocks.UpdatesView, name="updates"),
    route("incidents/<ref>/catch-up", clocks.CatchUpView, name="catch_up"),
]
