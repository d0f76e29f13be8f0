"""The text itself: merging what editors send, edits from one text to another, outlines."""

import os
import random

import pycrdt
import pytest

from incidents.kernel.errors import NotFound
from warroom.models import diffs
from warroom.models.paper import Malformed, Paper
from warroom.services import outlines


class Editor:
    """An editor somewhere else: what it types comes out as updates, as from a browser."""

    def __init__(self, *, since: Paper | None = None) -> None:
        self.doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc()
        self.text = self.doc.get("text", type=pycrdt.Text)
        if since is not None:
            self.doc.apply_update(since.whole())

    def types(self, words: str, *, at: int | None = None) -> bytes:
        before = self.doc.get_state()
        self.text.insert(len(self.text) if at is None else at, words)
        return self.doc.get_update(before)


def test_it_merges_what_two_people_type_at_once() -> None:
    paper = Paper()
    paper.merge(Editor().types("Checkout is down"))
    ana, mei = Editor(since=paper), Editor(since=paper)
    first, second = ana.types(" since 03:12"), mei.types("P0: ", at=0)
    paper.merge(second)
    paper.merge(first)
    assert paper.text == "P0: Checkout is down since 03:12"


def test_what_was_merged_already_is_no_change() -> None:
    paper = Paper()
    update = Editor().types("once")
    assert paper.merge(update)
    assert paper.merge(update) == b""
    assert paper.text == "once"


def test_an_edit_whose_beginning_is_missing_changes_nothing_until_it_comes() -> None:
    paper, editor = Paper(), Editor()
    first, second = editor.types("one "), editor.types("two")
    assert paper.merge(second) == b""
    assert paper.text == ""
    paper.merge(first)
    assert paper.text == "one two"


def test_who_lacks_edits_is_given_just_those() -> None:
    paper, editor = Paper(), Editor()
    paper.merge(editor.types("one "))
    state = paper.state()
    paper.merge(editor.types("two"))
    late = Editor()
    late.doc.apply_update(paper.whole())
    assert str(late.text) == "one two"
    assert len(paper.since(state)) < len(paper.whole())


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\xff" * 40, b"\x00\x01\x02\x03", b"x" * 5000])
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(Malformed):
        Paper().merge(garbage)


def test_no_flipped_bit_gets_through_as_anything_but_text() -> None:
    dice = random.Random(7)
    editor = Editor()
    whole = bytearray(
        [editor.types(f"word {n} ") for n in range(20)][-1] and editor.doc.get_update()
    )
    for _ in range(300):
        spoilt = bytearray(whole)
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        paper = Paper()
        try:
            paper.merge(bytes(spoilt))
        except Malformed:
            continue
        assert isinstance(paper.text, str)


def test_random_bytes_never_pass() -> None:
    for size in range(1, 200):
        with pytest.raises(Malformed):
            Paper().merge(b"\x07" + os.urandom(size) if size % 2 else os.urandom(size + 8))


def _foreign(make: str) -> bytes:
    doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc()
    text = doc.get("text", type=pycrdt.Text)
    text += "plain"
    if make == "format":
        text.format(0, 2, {"bold": True})
    elif make == "embed":
        text.insert_embed(1, {"image": "x"})
    elif make == "nul":
        text += "\0"
    elif make == "return":
        text += "\r\n"
    else:
        doc["other"] = pycrdt.Text("hidden")
    return doc.get_update()


@pytest.mark.parametrize("make", ["format", "embed", "nul", "return", "other root"])
def test_only_plain_text_gets_in(make: str) -> None:
    with pytest.raises(Malformed):
        Paper().merge(_foreign(make))


TEXTS = (
    ("", "new\n"),
    ("all gone\n", ""),
    ("a\nb\nc\n", "a\nB\nc\n"),
    ("héllo 😀 wörld\nsame\n", "héllo 🚀 wörld\nsame\nmore é\n"),
    ("one\ntwo\nthree", "zero\none\nthree\nfour"),
    ("x" * 50, "x" * 20 + "y" + "x" * 30),
)


@pytest.mark.parametrize(("old", "new"), TEXTS)
def test_edits_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    paper = Paper()
    paper.write(old)
    editor = Editor(since=paper)
    editor.doc.apply_update(paper.write(new) or b"\0\0")
    assert paper.text == new == str(editor.text)


def test_writing_anew_leaves_what_others_type_elsewhere_in_place() -> None:
    paper = Paper()
    paper.write("first\nsecond\nthird\n")
    typed = Editor(since=paper).types(" by Ana", at=len("first"))
    paper.write("first\nsecond\nTHIRD\n")
    paper.merge(typed)
    assert paper.text == "first by Ana\nsecond\nTHIRD\n"


def test_texts_too_long_to_compare_by_line_are_still_changed_right() -> None:
    old = "".join(f"{n % 7}\n" for n in range(4000))
    new = "top\n" + "".join(f"{n % 5}\n" for n in range(4000)) + "6\n"
    paper = Paper()
    paper.write(old)
    paper.write(new)
    assert paper.text == new


def test_a_comparison_shows_what_changed_and_a_little_around() -> None:
    old = "".join(f"line {n}\n" for n in range(20))
    shown = diffs.lines(old, old.replace("line 9\n", "line nine\n"))
    assert [line.kind for line in shown] == [
        *("gap", "same", "same", "same", "removed", "added", "same", "same", "same", "gap")
    ]
    assert shown[4].text == "line 9"
    assert diffs.lines(old, old) == []


def test_a_line_goes_under_the_heading_it_names() -> None:
    text = outlines.named("findings").text
    placed = outlines.place(text, "Tried: restarted the pool", by="Mei, 03:12 UTC")
    assert placed.heading == "What we tried"
    assert "## What we tried\n\n- restarted the pool (Mei, 03:12 UTC)\n" in placed.text


def test_a_line_without_a_heading_goes_under_one_of_its_own() -> None:
    first = outlines.place("Some words", "see https://example.org", by="Mei")
    second = outlines.place(first.text, "and again", by="Ana")
    assert second.heading == "From the room"
    expected = "## From the room\n\n- see https://example.org (Mei)\n- and again (Ana)\n"
    assert second.text == f"Some words\n\n{expected}"


def test_a_comment_in_code_is_no_heading() -> None:
    placed = outlines.place("```\n# Tried\n```\n", "Tried: nothing", by="Mei")
    assert placed.heading == "From the room"


def test_there_is_no_template_of_another_name() -> None:
    with pytest.raises(NotFound, match="findings"):
        outlines.named("nothing")
