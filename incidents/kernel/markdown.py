"""Markdown that people write, as safe HTML.

Render, then sanitise with an allow-list: remote images and anything that runs are dropped.
"""

from functools import lru_cache

import markdown as md
import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from incidents.kernel import markdown_cost

_TAGS = {
    *("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "kbd"),
    *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "span", "div", "input"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "input": {"type", "checked", "disabled"},
    "code": {"class"},
    "span": {"class"},
    "div": {"class"},
    "th": {"align"},
    "td": {"align"},
    "li": {"class"},
    "ul": {"class"},
}
_EXTENSIONS = [
    "tables",
    "sane_lists",
    "nl2br",
    "pymdownx.superfences",
    "pymdownx.tasklist",
    "pymdownx.tilde",
    "pymdownx.magiclink",
]
# A parser of nested structures may recurse as deep as its input asks for.
MAX_LENGTH = 100_000


def _keep_checkboxes_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "input" and attribute == "type" and value != "checkbox":
        return "hidden"
    return value


@lru_cache(maxsize=2048)
def render(text: str) -> SafeString:
    """`text` as sanitised HTML; text that takes too long to render is shown as it is."""

    if len(text) > MAX_LENGTH or markdown_cost.is_too_much(text):
        return format_html("<pre>{}</pre>", text)
    try:
        html = md.markdown(
            text,
            extensions=_EXTENSIONS,
            extension_configs={"pymdownx.superfences": {"css_class": "code"}},
        )
    except RecursionError:
        return format_html("<pre>{}</pre>", text)
    return mark_safe(sanitise(html))  # noqa: S308  just sanitised


def sanitise(html: str) -> str:
    """`html` with nothing left that could run, load or frame anything."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_checkboxes_only,
        # Of a list of tasks; whoever hears the page is told what the box says.
        set_tag_attribute_values={"input": {"aria-label": "Done"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
