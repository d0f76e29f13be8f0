"""The document as Markdown, HTML and PDF. A PDF is made once for each state of the document."""

import hashlib
from typing import Final

from django.conf import settings

from incidents.kernel import clock
from incidents.models import Incident
from postmortems.models import PdfExport, PostMortem
from postmortems.rendering import document, plain, press
from postmortems.rendering.document import Material
from postmortems.rendering.text import cited_in
from postmortems.selectors.documents import action_items_of
from postmortems.selectors.records import facts_by_seq, record_of

FORMATS: Final = ("markdown", "html", "pdf")


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
