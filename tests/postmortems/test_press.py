"""The press: one child for one document, with limits, and nothing to load."""

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.kernel.errors import Invalid, Unavailable
from postmortems.rendering import press


@pytest.fixture(autouse=True)
def no_spare_left() -> Iterator[None]:
    """Each test starts its own children."""
    press.close()
    yield
    press.close()


class _Canary(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def canary() -> Iterator[str]:
    _Canary.hits.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Canary)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def _child(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this program stand where the press's child stands."""
    path = tmp_path / "child.py"
    path.write_text(source)
    monkeypatch.setattr(press, "CHILD", path)


def test_it_lays_out_a_page() -> None:
    pdf = press.to_pdf("<!doctype html><html lang=en><title>t</title><p>Hello")
    assert pdf.startswith(b"%PDF-1.7")


def test_it_loads_nothing_from_the_network_or_the_disk(canary: str) -> None:
    pdf = press.to_pdf(
        f"""<!doctype html><html lang=en><title>t</title>
        <link rel=stylesheet href="{canary}/a.css"><link rel=attachment href="file:///etc/hostname">
        <style>@import "{canary}/b.css"; p {{ background: url({canary}/c.png) }}
        @font-face {{ font-family: x; src: url({canary}/d.woff2) }} b {{ font-family: x }}</style>
        <p><img alt="" src="{canary}/e.png"><img alt="" src="file:///etc/hostname"><b>x</b>
        <object data="{canary}/f.svg"></object><svg><title>s</title><image href="{canary}/g.png"/>
        <use href="{canary}/h.svg#x"/></svg>"""
    )
    assert _Canary.hits == []
    assert b"EmbeddedFile" not in pdf


def test_a_spare_child_makes_the_next_one_quick() -> None:
    page = "<!doctype html><html lang=en><title>t</title><p>Hello"
    press.warm()
    time.sleep(0.1)
    started = [child.pid for child in press._spare]
    press.warm()
    assert [child.pid for child in press._spare] == started
    press.to_pdf(page)
    assert started[0] not in [child.pid for child in press._spare]
    assert len(press._spare) == 1


def test_a_spare_that_has_died_is_no_trouble() -> None:
    press.warm()
    press._spare[0].kill()
    press._spare[0].wait()
    assert press.to_pdf("<!doctype html><html lang=en><title>t</title><p>Hello")


def test_it_says_which_library_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _child(tmp_path, "import sys; sys.stdin.read(); sys.exit(3)", monkeypatch)
    with pytest.raises(Unavailable, match="Pango") as caught:
        press.to_pdf("<p>x")
    assert "install" in caught.value.hint


def test_it_ends_what_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _child(tmp_path, "import sys, time; sys.stdin.read(); time.sleep(60)", monkeypatch)
    monkeypatch.setattr(press, "PATIENCE", 0.5)
    with pytest.raises(Unavailable, match="more than"):
        press.to_pdf("<p>x")


def test_a_child_that_crashes_takes_nobody_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _child(tmp_path, "import os, sys; sys.stdin.read(); os.abort()", monkeypatch)
    with pytest.raises(Unavailable):
        press.to_pdf("<p>x")


def test_deep_nesting_ends_in_a_clear_word() -> None:
    with pytest.raises(Unavailable):
        press.to_pdf("<!doctype html><title>t</title>" + "<div>" * 3000 + "x")


def test_it_refuses_a_document_that_is_too_long() -> None:
    with pytest.raises(Invalid, match="1 MB"):
        press.to_pdf("x" * (press.MAX_HTML + 1))


def test_the_child_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for children")
    monkeypatch.setenv("DATABASE_URL", "postgres://")
    source = "import os, sys; sys.stdin.read(); print(sorted(os.environ))"
    _child(tmp_path, source, monkeypatch)
    told = press.to_pdf("<p>x").decode()
    assert "SECRET_KEY" not in told
    assert "DATABASE_URL" not in told
