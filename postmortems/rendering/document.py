"""The whole document: chapters in order, with their pictures, facts and action items."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from incidents.kernel.durations import brief
from incidents.models import Fact
from postmortems.models import ActionItem, PostMortem, Record, Section
from postmortems.rendering import cover, pictures
from postmortems.rendering.text import to_events, to_html

# slug, title, and the sections that stand side by side with their headings in the gutter
CHAPTERS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("summary", "Summary", ("summary",)),
    ("impact", "Impact", ("impact",)),
    ("timeline", "Timeline", ("timeline",)),
    ("why", "Why it happened", ("root_cause", "factors")),
    ("response", "How we responded", ("detection", "response", "well", "badly", "lucky")),
    ("recovery", "Resolution and recovery", ("recovery",)),
    ("actions", "Action items", ()),
    ("lessons", "Lessons", ("lessons",)),
    ("people", "People and figures", ("people", "metrics")),
    ("facts", "Facts", ()),
)
_FONT: Final = re.compile(r'url\("\.\./vendor/([\w.-]+\.woff2)"\)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything a document is made from. `cited` holds the facts that its sections cite."""

    post_mortem: PostMortem
    sections: Sequence[Section]
    record: Record
    action_items: Sequence[ActionItem]
    cited: Sequence[Fact]
    site_name: str


@dataclass(frozen=True, slots=True)
class Part:
    slug: str
    heading: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Chapter:
    slug: str
    title: str
    number: int
    parts: Sequence[Part] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the large figures below the summary."""

    label: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """`facts` are those that are cited but are no line of the key events."""

    chapters: Sequence[Chapter]
    facts: Sequence[Fact]


def content_of(material: Material) -> Content:
    """The chapters that have anything to say, numbered, and the facts that end the document."""
    parts, events = _parts(material)
    facts = [fact for fact in material.cited if fact.seq not in events]
    listed = {"actions": material.action_items, "facts": facts}
    found: list[Chapter] = []
    for slug, title, slugs in CHAPTERS:
        own = [parts[name] for name in slugs if name in parts]
        if own or listed.get(slug):
            found.append(Chapter(slug, title, len(found) + 1, own))
    return Content(found, facts)


def _parts(material: Material) -> tuple[dict[str, Part], set[int]]:
    """The sections that are not empty, and the facts that the key events number."""
    known = {fact.seq for fact in material.cited}
    events: set[int] = set()
    parts: dict[str, Part] = {}
    for section in material.sections:
        html = to_html(section.body, known=known)
        if section.slug == "timeline":
            html, events = to_events(html)
        if html.strip():
            parts[section.slug] = Part(section.slug, section.heading, html)
    return parts, events


def headlines(record: Record) -> list[Headline]:
    """At most four figures: how fast it was taken up, stopped and over, and who was told."""
    wanted = (("acknowledge", "acknowledge"), ("mitigate", "stop the harm"), ("resolve", "resolve"))
    shown = [
        Headline(f"Time to {verb}", *_figure(figure.seconds))
        for slug, verb in wanted
        if (figure := record.figure(slug)) is not None
    ]
    told = len(record.of("status.published"))
    return [*shown, Headline("Public updates", str(told))]


def _figure(seconds: float) -> tuple[str, str]:
    """The number and its unit apart, so that the number can stand large."""
    number, _, unit = brief(seconds).partition(" ")
    return number, unit or "min"


def to_page(material: Material) -> str:
    """The document as one HTML page that loads nothing."""
    record = material.record
    content = content_of(material)
    context = {
        "material": material,
        "post_mortem": material.post_mortem,
        "incident": record.incident,
        "record": record,
        "chapters": content.chapters,
        "facts": content.facts,
        "headlines": headlines(record),
        "curve": _styled(cover.curve(record)),
        "timeline": _styled(pictures.timeline(record)),
        "bars": _styled(pictures.phase_bars(record)),
        "stylesheet": SafeString(stylesheet()),
    }
    return render_to_string("postmortems/document.html", context)


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The style sheet for print with its fonts inside."""
    return _FONT.sub(_embedded, _static("css/print.css"))


@lru_cache(maxsize=1)
def _figures_sheet() -> str:
    return _static("css/print-figures.css")


def _styled(svg: SafeString) -> SafeString:
    """`svg` with its colours inside: WeasyPrint applies no page styles to inline SVG."""
    head, closing, rest = svg.partition("</title>")
    return SafeString(f"{head}{closing}<style>{_figures_sheet()}</style>{rest}") if closing else svg


def _static(name: str) -> str:
    return Path(_find(name)).read_text(encoding="utf-8")


def _embedded(found: re.Match[str]) -> str:
    data = base64.b64encode(Path(_find(f"vendor/{found.group(1)}")).read_bytes()).decode()
    return f'url("data:font/woff2;base64,{data}")'


def _find(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"static/{name} is missing; run `make vendor`")
    return path
