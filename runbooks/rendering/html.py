"""The Markdown of runbooks as safe HTML, with a copy button on each block of commands."""

from functools import lru_cache
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.kernel import markdown
from incidents.templatetags.console import icon
from runbooks.rendering.fences import marked_lines


@lru_cache(maxsize=1024)
def to_html(text: str) -> SafeString:
    """Fenced blocks at the margin get a copy button; the rest is `kernel.markdown`'s work.

    The blocks are taken out before rendering rather than found in the HTML: what people write must
    never be able to pass for our own markup.
    """
    return format_html_join("\n", "{}", ((_html(lines, code),) for lines, code in _parts(text)))


def _parts(text: str) -> list[tuple[list[str], bool]]:
    """The lines of `text` in runs of prose and single blocks of code. Indented blocks are prose:
    they belong to a list that must stay whole."""
    marked = list(marked_lines(text))
    indented = {0}
    seen: set[int] = set()
    for line, block in marked:
        if block not in seen and line[:1].isspace():
            indented.add(block)
        seen.add(block)
    runs = groupby(marked, key=lambda one: 0 if one[1] in indented else one[1])
    return [([line for line, _ in run], block > 0) for block, run in runs]


def _html(lines: list[str], code: bool) -> SafeString:
    if not code:
        return markdown.render("\n".join(lines))
    closed = len(lines) > 1 and lines[-1].strip()[:3] in {"```", "~~~"}
    return format_html(
        '<div class="copy"><pre><code>{}</code></pre>'
        '<button class="btn" type="button" data-copy>{}<span data-copy-word>Copy</span></button>'
        "</div>",
        "\n".join(lines[1:-1] if closed else lines[1:]),
        icon("copy"),
    )
