"""What other sites put into their own pages: a frame that needs no script, and one script tag."""

from typing import Final

from django.template.loader import render_to_string

from statuspage.rendering import stamps
from statuspage.rendering.assets import assets
from statuspage.rendering.headline import headline
from statuspage.rendering.machine.objects import document
from statuspage.rendering.pages import HTML_TYPE, Document
from statuspage.rendering.view import PageView

FRAME: Final = "embed"
SCRIPT: Final = "widget.js"


def documents(view: PageView) -> list[Document]:
    context = {
        "page": view.page,
        "headline": headline(view),
        "stamps": stamps.marks(view.page.language),
        "language": view.page.language,
    }
    frame = render_to_string("statuspage/public/embed.html", context)
    script = assets()[SCRIPT]
    return [
        document(FRAME, HTML_TYPE, frame),
        document(SCRIPT, script.content_type, script.body),
    ]
