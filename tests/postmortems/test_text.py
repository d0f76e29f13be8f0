"""Markdown by people becomes HTML that can do no harm and cites facts."""

import re
from html.parser import HTMLParser

import pytest

from postmortems.rendering.text import MAX_DEPTH, cited_in, to_events, to_html

KNOWN = range(1, 20)
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '<a href="http://x" onclick="alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    '<iframe src="http://127.0.0.1/"></iframe>',
    '<a title="[#1] <img src=x onerror=alert(1)>">x</a>',
    '<a title="[#1] onmouseover=alert(1) x=" href="http://x">x</a>',
    '<style>@import "http://127.0.0.1/";</style>',
    '<p style="background:url(http://127.0.0.1/)">x</p>',
    "[#1]<script>alert(1)</script>[#2]",
    "![x](http://127.0.0.1/x.png)",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_people_write_runs_or_loads(attack: str) -> None:
    seen = _Tags()
    seen.feed(to_html(attack, known=KNOWN))
    for tag, attributes in seen.found:
        assert tag in {"p", "a", "sup", "pre", "code"}
        assert set(attributes) <= {"href", "title", "rel", "class"}
        assert re.match(r"(http://x|#fact-\d+|)$", attributes.get("href") or "")


def test_a_citation_leads_to_its_fact() -> None:
    html = to_html("It broke. [#3] [#12]", known=KNOWN)
    links = '<a href="#fact-3">3</a>, <a href="#fact-12">12</a>'
    assert html == f'<p>It broke.\u2060<sup class="cite">{links}</sup></p>'


def test_a_citation_of_no_fact_stays_text() -> None:
    assert "[#99]" in to_html("It broke. [#99]", known=KNOWN)


def test_code_is_shown_as_it_is() -> None:
    assert "<code>[#3]</code>" in to_html("Write `[#3]`.", known=KNOWN)


def test_headings_stay_below_those_of_the_document() -> None:
    assert "<h3>Big</h3>" in to_html("# Big", known=KNOWN)
    assert "<h6>Small</h6>" in to_html("###### Small", known=KNOWN)


def test_what_is_nested_too_deeply_is_shown_as_written() -> None:
    html = to_html("> " * (MAX_DEPTH + 1) + "deep", known=KNOWN)
    assert html.startswith("<pre>")
    assert "deep" in html


def test_it_finds_what_texts_cite() -> None:
    assert cited_in(["A [#3] b [#4]", "[#4] c", "d"]) == {3, 4}


def test_a_key_event_is_numbered_by_the_fact_it_cites() -> None:
    html, numbered = to_events(to_html("1. **03:10:20** *Opened* It broke. [#3]", known=KNOWN))
    assert numbered == {3}
    assert '<li class="ev" id="fact-3"><span class="no">3</span>' in html
    assert '<span class="t">03:10:20</span><span class="k">Opened</span> It broke.' in html


def test_lines_that_people_add_to_the_key_events_stay_as_they_are() -> None:
    html, numbered = to_events(to_html("1. Then **all** went quiet.", known=KNOWN))
    assert numbered == set()
    assert "<li>Then <strong>all</strong> went quiet.</li>" in html


def test_only_the_first_of_two_lines_is_the_place_of_a_fact() -> None:
    line = "1. **03:10:20** *Opened* It broke. [#3]"
    html, _ = to_events(to_html(f"{line}\n{line}", known=KNOWN))
    assert html.count('id="fact-3"') == 1
