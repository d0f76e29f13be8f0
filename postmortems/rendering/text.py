"""A section's Markdown as safe HTML, in which [#12] leads to fact 12."""

import re
from collections.abc import Collection, Iterable
from html.parser import HTMLParser
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString

from incidents.kernel import markdown

_CITATION: Final = re.compile(r"\[#(\d{1,9})\]")
_CITATIONS: Final = re.compile(r"(?:\s*\[#\d{1,9}\])+")
# The line of a key event as drafted: its time, what kind it is, and the rest.
_EVENT: Final = re.compile(
    r"<li><strong>([^<]{4,20})</strong>\s*<em>([^<]{1,30})</em>([^<\u2060]*)\u2060?"
    r'<sup class="cite"><a href="[^"]*">(\d+)</a></sup></li>'
)
_CELLS: Final = (
    '<li class="ev" id="fact-{3}"><span class="no">{3}</span>'
    '<span class="t">{0}</span><span class="k">{1}</span>{2}</li>'
)
# A word joiner: the number must not begin the next line.
_JOINED: Final = "\u2060"
# No reader needs more, and laying out deep nesting ends in a recursion error.
MAX_DEPTH: Final = 24
_VOID: Final = frozenset({"br", "hr", "input"})
_OWN_HEADING: Final = 3


def cited_in(bodies: Iterable[str]) -> set[int]:
    """The numbers of all facts that these texts cite."""
    return {int(seq) for body in bodies for seq in _CITATION.findall(body)}


def to_html(body: str, *, known: Collection[int], link: str = "#fact-{}") -> SafeString:
    """`body` as sanitised HTML; citations of `known` facts link to `link`, others stay text.

    Headings start at the third level. What is nested too deeply is shown as it was written.
    """
    writer = _Rewriter(known, link)
    try:
        writer.feed(markdown.render(body))
        writer.close()
    except _TooDeepError:
        return SafeString(f"<pre>{escape(body)}</pre>")
    return SafeString("".join(writer.out))


def to_events(html: SafeString) -> tuple[SafeString, set[int]]:
    """The list of key events in columns, each numbered by the one fact it cites; and those numbers.

    A fact that several lines cite is numbered at the first. Other lines stay as they are.
    """
    numbered: set[int] = set()

    def cells(found: re.Match[str]) -> str:
        seq = int(found[4])
        if seq in numbered:
            return found[0]
        numbered.add(seq)
        return _CELLS.format(*found.groups())

    return SafeString(_EVENT.sub(cells, html)), numbered


class _TooDeepError(Exception):
    pass


class _Rewriter(HTMLParser):
    """Copies sanitised HTML, changing headings and the citations in its text, nothing else."""

    def __init__(self, known: Collection[int], link: str) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._known = known
        self._link = link
        self._depth = 0
        self._code = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        if tag not in _VOID:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise _TooDeepError
        self._code += tag in {"code", "pre"}
        self.out.append(f"<{_lowered(tag)}{raw[1 + len(tag) :]}")

    def handle_startendtag(self, _tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in _VOID
        self._code -= tag in {"code", "pre"}
        self.out.append(f"</{_lowered(tag)}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data if self._code else _CITATIONS.sub(self._linked, data))

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def _linked(self, found: re.Match[str]) -> str:
        seqs = [int(seq) for seq in _CITATION.findall(found.group())]
        if not all(seq in self._known for seq in seqs):
            return found.group()
        links = (f'<a href="{self._link.format(seq)}">{seq}</a>' for seq in seqs)
        return f'{_JOINED}<sup class="cite">{", ".join(links)}</sup>'


def _lowered(tag: str) -> str:
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return f"h{min(6, int(tag[1]) + _OWN_HEADING - 1)}"
    return tag
