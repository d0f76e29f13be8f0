"""Contents of files, as people and attackers send them."""

import gzip
import io
import struct
import zipfile
import zlib
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from warroom.services.files import Upload

PDF: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
MP4: Final = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(64)
WEBM: Final = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x04" + bytes(64)
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML: Final = b"<!doctype html><script>alert(document.cookie)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 200)).save(out, kind, **more)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../etc/passwd", "not unpacked")
    return out.getvalue()


def packed_log() -> bytes:
    return gzip.compress(b"error\n" * 100)


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has 3.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def upload(content: bytes = b"what happened\n", name: str = "notes.txt") -> Upload:
    return Upload(name, iter([content]))


def sent(content: bytes = b"what happened\n", name: str = "notes.txt") -> SimpleUploadedFile:
    """A file as a browser sends it, with a content type that nobody believes."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def words(value: object) -> str:
    """Names of tests from what can be read of their parameters: contents differ in each process."""
    return value if isinstance(value, str) else "content"
