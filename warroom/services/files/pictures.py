"""Pictures: that they are what they say, how large they are, and a small one to show.

Decoding is where a small file becomes a large one, so the size is read first and one picture at a
time is decoded in each process.
"""

import struct
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from incidents.kernel.errors import Invalid
from warroom.services.files.contents import PICTURES

MOST_PIXELS: Final = 40_000_000
PREVIEW: Final = (640, 640)
_TURNED: Final = frozenset({5, 6, 7, 8})
_ORIENTATION: Final = 0x0112
_BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGE: Final = (
    *(UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error),
    *(IndexError, KeyError, TypeError, OverflowError, ZeroDivisionError),
)
_decoding = threading.BoundedSemaphore()


@dataclass(frozen=True, slots=True)
class Picture:
    """`preview` is a WebP of at most 640 pixels a side, without what cameras write beside it."""

    width: int
    height: int
    preview: bytes


def look_at(path: Path, media_type: str, name: str) -> Picture:
    """Decode the picture once; Invalid where it is damaged, not of that type, or too large."""
    try:
        with _decoding, Image.open(path, formats=[PICTURES[media_type]]) as image:
            _check_size(image, name)
            return _read(image)
    except _BOMBS as error:
        raise _too_large(name) from error
    except _DAMAGE as error:
        hint = "Open it, save it anew as PNG or JPEG, and attach that."
        raise Invalid(f"“{name}” is damaged: it cannot be read.", hint, field="file") from error


def _check_size(image: Image.Image, name: str) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(name)


def _too_large(name: str) -> Invalid:
    millions = MOST_PIXELS // 1_000_000
    hint = "Make it smaller, or pack it into a ZIP."
    return Invalid(f"“{name}” has more than {millions} million pixels.", hint, field="file")


def _read(image: Image.Image) -> Picture:
    width, height = image.size
    if image.getexif().get(_ORIENTATION) in _TURNED:
        width, height = height, width
    image.draft("RGB", PREVIEW)
    image.load()
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = image.convert(mode)
    small.thumbnail(PREVIEW)
    upright = ImageOps.exif_transpose(small)
    written = BytesIO()
    upright.save(written, "WEBP", quality=80, method=4, exif=b"", xmp=b"")
    return Picture(width, height, written.getvalue())
