"""API addresses of the spoke. The id of a post-mortem is that of its incident."""

from incidents.api.routes import route
from postmortems.api import action_items, post_mortems

app_name = "postmortems_api"
urlpatterns = [
    route("incidents/<ref>/postmortem", post_mortems.IncidentPostMortemView, name="of_incident"),
    route("postmortems", post_mortems.PostMortemsView, name="post_mortems"),
    route("postmortems/<ref>", post_mortems.PostMortemView, name="post_mortem"),
    route("postmortems/<ref>/publish", post_mortems.PublishView, name="publish"),
    route("postmortems/<ref>/markdown", post_mortems.MarkdownView, name="markdown"),
    route("postmortems/<ref>/html", post_mortems.HtmlView, name="html"),
    route("postmortems/<ref>/pdf", post_mortems.PdfView, name="pdf"),
    route("action-items", action_items.ActionItemsView, name="action_items"),
    route("action-items/<int:pk>", action_items.ActionItemView, name="action_item"),
]
