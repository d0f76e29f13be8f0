"""Markdown, HTML and PDF: complete, self-contained, and made only once."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Unavailable
from postmortems import services
from postmortems.models import PdfExport, PostMortem
from postmortems.rendering import press
from postmortems.selectors.documents import post_mortem_of
from postmortems.services import ActionChanges, exporting
from tests.conftest import Declare, People
from tests.postmortems.conftest import Story, Write

needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"),
    reason="poppler-utils is not installed: apt install poppler-utils",
)


@pytest.fixture
def item(drafted: PostMortem, people: People) -> None:
    content = ActionChanges(
        title="Set the | limit", owner=people.teammate, due_on=date(2026, 11, 9), kind="code"
    )
    actor = Actor.of(people.commander)
    services.add_action_item(incident_id=drafted.pk, content=content, actor=actor)


def _export(story: Story, kind: str) -> str | bytes:
    incident = story.fresh()
    return exporting.export(incident, post_mortem_of(incident), kind).content


def _text(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_markdown_has_facts_as_footnotes(outage: Story, item: None) -> None:
    text = str(_export(outage, "markdown"))
    assert text.startswith("# Post-mortem INC-")
    assert "was opened at P1 on Checkout on Tuesday 3 November 2026 at 03:10:20 UTC.[^1]" in (
        text.replace(" [^", "[^")
    )
    assert "[^1]: 2026-11-03 03:10:20 UTC, Prometheus opened the incident at P1" in text
    assert r"| Set the \| limit | Code | Tom Teammate | P2 | 2026-11-09 | Pending |" in text
    assert set(re.findall(r"\[\^(\d+)\](?!:)", text)) == set(re.findall(r"\[\^(\d+)\]:", text))


def test_html_loads_nothing(outage: Story, item: None) -> None:
    html = str(_export(outage, "html"))
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', html)
    assert set(re.findall(r"url\([\"']?(\w+):", html)) == {"data"}
    assert html.count("<figcaption") == 2
    assert "Timeline of INC-" in html


def test_each_citation_in_the_html_has_its_place(outage: Story, write: Write) -> None:
    write("timeline", "1. **03:10:20** *Opened* It broke. [#1]")
    html = str(_export(outage, "html"))
    places = re.findall(r'id="(fact-\d+)"', html)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#(fact-\d+)"', html)) <= set(places)


def test_html_shows_what_people_wrote_without_its_teeth(outage: Story, write: Write) -> None:
    write("lessons", "<script>alert(1)</script><img src=http://127.0.0.1/x> **Kept**")
    html = str(_export(outage, "html"))
    assert "<script" not in html
    assert "<img" not in html
    assert "<strong>Kept</strong>" in html


def test_titles_cannot_break_out(declare: Declare, people: People) -> None:
    incident = declare("</title><script>alert(1)</script>")
    services.draft(incident_id=incident.pk, actor=Actor.of(people.commander))
    html = exporting.as_html(incident, post_mortem_of(incident))
    assert "<script" not in html


@needs_poppler
def test_the_pdf_holds_the_whole_document(outage: Story, item: None, tmp_path: Path) -> None:
    text = _text(bytes(_export(outage, "pdf")), tmp_path)  # type: ignore[arg-type]  # it is bytes
    for words in ("Card payments fail at checkout", "Summary", "Key events", "Find the cause"):
        assert words in text
    for words in ("What went badly", "Set the | limit", "Tom Teammate", "of 5"):
        assert words in text


@needs_poppler
def test_the_pdf_is_tagged_for_screen_readers(
    outage: Story, drafted: PostMortem, tmp_path: Path
) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(bytes(_export(outage, "pdf")))  # type: ignore[arg-type]  # it is bytes
    told = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, text=True)
    assert re.search(r"Tagged:\s+yes", told.stdout)
    assert re.search(r"Title:\s+Post-mortem INC-\d+: Card payments fail", told.stdout)
    assert b"pdfuaid" in path.read_bytes() or "Metadata Stream: yes" in told.stdout


def test_a_pdf_is_made_once_for_each_state_of_the_document(
    outage: Story, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(press, "to_pdf", lambda html, **_: made.append(html) or b"%PDF-")
    for _ in range(2):
        assert _export(outage, "pdf") == b"%PDF-"
    write("lessons", "New.")
    _export(outage, "pdf")
    assert len(made) == 2
    assert PdfExport.objects.count() == 1


def test_without_pango_the_other_formats_still_work(
    outage: Story, drafted: PostMortem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> bytes:
        raise Unavailable("PDF needs the library Pango.")

    monkeypatch.setattr(press, "to_pdf", missing)
    with pytest.raises(Unavailable):
        _export(outage, "pdf")
    assert _export(outage, "html")
    assert _export(outage, "markdown")
