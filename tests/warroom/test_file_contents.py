"""What is taken for a file, by its content, and how much of it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from PIL import Image
from pytest_django import Settings

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, TooLarge
from incidents.models import Incident
from incidentsite.bodies import LimitedBody, most_bytes
from tests.conftest import People
from tests.warroom import samples
from tests.warroom.samples import HTML, MP4, PDF, SVG, WEBM, archive, packed_log, picture, upload
from tests.warroom.test_files import SignIn, lying, shelf_of_its_own
from warroom.models import Attachment
from warroom.services import files
from warroom.services.files import shelf

__all__ = ["shelf_of_its_own"]
WIDE = "Kein Speicher mehr\r\n".encode("utf-16")


@pytest.fixture
def take(incident: Incident, people: People) -> "Take":
    return Take(incident, people)


class Take:
    def __init__(self, incident: Incident, people: People) -> None:
        self._incident, self._actor = incident, Actor.of(people.teammate)

    def __call__(self, content: bytes, name: str) -> Attachment:
        given = [upload(content, name)]
        return files.add(incident_id=self._incident.pk, uploads=given, actor=self._actor)[0]


@pytest.mark.parametrize(
    ("content", "name", "media_type", "called"),
    [
        (picture(), "cpu.png", "image/png", "cpu.png"),
        (picture("JPEG"), "photo.PNG", "image/jpeg", "photo.PNG.jpg"),
        (picture("GIF"), "a.gif", "image/gif", "a.gif"),
        (picture("WEBP"), "pasted", "image/webp", "pasted.webp"),
        (PDF, "runbook.pdf", "application/pdf", "runbook.pdf"),
        (archive(), "table.xlsx", "application/zip", "table.xlsx"),
        (archive(), "macros.xlsm", "application/zip", "macros.xlsm.zip"),
        (packed_log(), "app.log.gz", "application/gzip", "app.log.gz"),
        (MP4, "screen.mp4", "video/mp4", "screen.mp4"),
        (WEBM, "screen.webm", "video/webm", "screen.webm"),
        (b"time,ms\n1,2\n", "slow.csv", "text/csv", "slow.csv"),
        (b'{"log": {}}', "session.har", "application/json", "session.har"),
        (b"not json", "session.har", "text/plain", "session.har"),
        (b"\x1b[31merror\x1b[0m caf\xe9\n", "app.log", "text/plain", "app.log"),
        (WIDE, "events.txt", "text/plain", "events.txt"),
        (SVG, "graph.svg", "text/plain", "graph.svg.txt"),
        (HTML, "page.html", "text/plain", "page.html.txt"),
        (b"#!/bin/sh\nrm -rf /\n", "fix.sh", "text/plain", "fix.sh.txt"),
        (b"GIF89a" + HTML, "x.txt", None, None),
        (picture() + HTML, "x.html", "image/png", "x.html.png"),
        (PDF + archive(), "x.zip", "application/pdf", "x.zip.pdf"),
    ],
    ids=samples.words,
)
def test_it_goes_by_the_content(
    take: Take, content: bytes, name: str, media_type: str | None, called: str | None
) -> None:
    """Whatever two things a file is at once, it is only ever sent as one of them."""
    if media_type is None:
        with pytest.raises(Invalid):
            take(content, name)
        return
    row = take(content, name)
    assert (row.media_type, row.name) == (media_type, called)


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xff\xfe\x00\xd8\x00\xd8",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"text with a NUL\x00",
        b"x" * 5000 + b"\x00" + b"x" * 5000,
        picture()[:200],
        b"\x89PNG\r\n\x1a\n" + b"nothing of the kind",
        b"",
    ],
    ids=samples.words,
)
def test_it_refuses_what_it_does_not_know(
    take: Take, content: bytes, shelf_of_its_own: Path
) -> None:
    with pytest.raises(Invalid) as refused:
        take(content, "a.png")
    assert refused.value.hint
    assert lying(shelf_of_its_own) == []


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 9_000), (40_000, 1_001)])
def test_it_does_not_decode_bombs(take: Take, size: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match="has more than 40 million pixels"):
        take(samples.bomb(*size), "bomb.png")


def test_a_preview_is_small_upright_and_says_nothing_of_the_camera(take: Take) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    row = take(picture("JPEG", (1200, 400), exif=exif), "photo.jpg")
    assert (row.width, row.height) == (400, 1200)
    content = shelf.preview_of(row.pk).read_bytes()
    with Image.open(io.BytesIO(content)) as preview:
        assert (preview.format, preview.size) == ("WEBP", (213, 640))
    assert b"taken at home" not in content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_picture_has_a_preview(take: Take, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (20, 10)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert take(out.getvalue(), "a.png").width == 20


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\tom\\app.log", "app.log"),
        ("..", "file.txt"),
        ("", "file.txt"),
        (".env", "env.txt"),
        ("a\r\nSet-Cookie: x=1.log", "aSet-Cookie_ x=1.log"),
        ("exe.\u202egol.log", "exe.gol.log"),
        ("con\x00fig.log", "config.log"),
        ("ü" * 300 + ".log", "ü" * 116 + ".log"),
        ('"><script>.txt', "___script_.txt"),
    ],
)
def test_a_name_leads_nowhere(take: Take, name: str, called: str) -> None:
    assert take(b"text", name).name == called


def test_it_stops_writing_at_the_first_byte_too_many(
    settings: Settings, incident: Incident, people: People, shelf_of_its_own: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 1 << 20
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * (1 << 18)

    with pytest.raises(TooLarge, match=r"“a\.log” is larger than 1 MB"):
        files.add(
            incident_id=incident.pk,
            uploads=[files.Upload("a.log", endless())],
            actor=Actor.of(people.teammate),
        )
    assert len(read) == 5
    assert lying(shelf_of_its_own) == []


def test_a_form_is_read_only_as_far_as_its_first_file_that_is_too_large(
    settings: Settings, sign_in: SignIn, incident: Incident, people: People
) -> None:
    settings.UPLOAD_MAX_BYTES = 1 << 20
    client: Client = sign_in(people.teammate)
    body = {"file": [samples.sent(b"x" * (1 << 20)), samples.sent(b"x" * (3 << 20), "big.log")]}
    answer = client.post(f"/incidents/{incident.reference}/files", body)
    assert answer.status_code == 413
    assert "“big.log” is larger than 1 MB" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_the_rest_of_such_a_form_is_not_read(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1 << 20
    big = samples.sent(b"x" * (4 << 20), "big.log")
    request = RequestFactory().post("/", {"file": big})
    assert not request.FILES
    assert request.oversized == "big.log"
    assert len(request.environ["wsgi.input"].read()) > 2 << 20


class Wire:
    """A client that goes on sending, and what it is answered."""

    def __init__(self, length: int | None = None) -> None:
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        self.scope = {"type": "http", "path": "/api/incidents/1/files", "headers": headers}
        self.pieces = 0
        self.status = 0

    async def receive(self) -> dict[str, object]:
        self.pieces += 1
        return {"type": "http.request", "body": b"x" * (1 << 20), "more_body": True}

    async def send(self, message: dict[str, object]) -> None:
        self.status = int(str(message.get("status", self.status)))


async def _swallow(scope: object, receive: object, send: object) -> None:
    assert callable(receive)
    while (await receive())["type"] == "http.request":
        pass


@pytest.mark.parametrize(("length", "pieces"), [(10**12, 0), (None, 52)])
async def test_a_body_is_refused_before_it_is_read(length: int | None, pieces: int) -> None:
    """By what it declares; else at the first piece too many."""
    assert most_bytes() == 51 << 20
    wire = Wire(length)
    await LimitedBody(_swallow)(wire.scope, wire.receive, wire.send)
    assert (wire.status, wire.pieces) == (413, pieces)
