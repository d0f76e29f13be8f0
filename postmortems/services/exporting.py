"""The document as Markdown, HTML and PDF. A PDF is made once for each state of the document."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.models import Incident
from postmortems.models import PdfExport, PostMortem
from postmortems.rendering import document, plain, press
from postmortems.rendering.document import Material
from postmortems.rendering.text import cited_in
from postmortems.selectors.documents import action_items_of
from postmortems.selectors.records import facts_by_seq, record_of

# The page of its own shows its own styles and fonts, and can do nothing else.
SANDBOX: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    "frame-ancestors 'none'; sandbox allow-popups"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """The document as a file, and the headers to send it with."""

    content: str | bytes
    media_type: str
    name: str
    is_page: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """To be kept as a file; HTML also to be looked at, where nothing in it may run."""
        disposition = "inline" if self.is_page else "attachment"
        headers = {
            "Content-Type": self.media_type,
            "Content-Disposition": f'{disposition}; filename="{self.name}"',
            "Cache-Control": "private, no-store",
        }
        return headers | ({"Content-Security-Policy": SANDBOX} if self.is_page else {})


def export(incident: Incident, post_mortem: PostMortem, kind: str) -> Exported:
    """The document in one of FORMATS; NotFound where there is no such format."""
    if kind not in FORMATS:
        raise NotFound("There is no such format.", f"Formats: {', '.join(FORMATS)}.")
    make, media_type, ending = FORMATS[kind]
    name = f"{incident.reference}-post-mortem.{ending}"
    return Exported(make(incident, post_mortem), media_type, name, is_page=kind == "html")


def material_of(incident: Incident, post_mortem: PostMortem) -> Material:
    """What the document is made from; seven queries."""
    sections = post_mortem.in_order()
    cited = facts_by_seq(incident.pk, cited_in(section.body for section in sections))
    return Material(
        post_mortem=post_mortem,
        sections=sections,
        record=record_of(incident),
        action_items=action_items_of(incident),
        cited=cited,
        site_name=settings.SITE_NAME,
    )


def as_markdown(incident: Incident, post_mortem: PostMortem) -> str:
    return plain.to_markdown(material_of(incident, post_mortem))


def as_html(incident: Incident, post_mortem: PostMortem) -> str:
    return document.to_page(material_of(incident, post_mortem))


def as_pdf(incident: Incident, post_mortem: PostMortem) -> bytes:
    """The PDF, from the store where this very document has been laid out before.

    Raises Unavailable where it cannot be laid out, Invalid where it is too long.
    """
    page = as_html(incident, post_mortem)
    digest = hashlib.sha256(page.encode()).hexdigest()
    kept = PdfExport.objects.filter(pk=post_mortem.pk, digest=digest).first()
    if kept is not None:
        return bytes(kept.body)
    body = press.to_pdf(page, embedded=len(document.stylesheet()))
    values = {"digest": digest, "body": body, "made_at": clock.now()}
    PdfExport.objects.update_or_create(post_mortem=post_mortem, defaults=values)
    return body


Make = Callable[[Incident, PostMortem], str | bytes]
FORMATS: Final[dict[str, tuple[Make, str, str]]] = {
    "markdown": (as_markdown, "text/markdown; charset=utf-8", "md"),
    "html": (as_html, "text/html; charset=utf-8", "html"),
    "pdf": (as_pdf, "application/pdf", "pdf"),
}
