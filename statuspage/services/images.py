"""Pictures of a page: taken only where their content is what a browser may show, and drawn anew, so
that nothing hidden in a file is ever published."""

import hashlib
from io import BytesIO
from typing import Final

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from incidents.kernel.errors import Invalid, TooLarge
from statuspage.models import ImageKind, PageImage
from statuspage.services.snapshots import locked, raise_version

MOST_BYTES: Final = 512 * 1024
MOST_PIXELS: Final = 4_000_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
_BOX: Final = {
    ImageKind.LOGO: (640, 160), ImageKind.LOGO_DARK: (640, 160), ImageKind.FAVICON: (128, 128),
}  # fmt: skip
_BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGE: Final = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, TypeError)


@transaction.atomic
def set_image(*, page_id: int, kind: str, content: bytes) -> PageImage:
    """Put a picture in the place of the one there is. Raises Invalid for what is no picture."""
    if kind not in ImageKind.values:
        raise Invalid(f"There is no picture called {kind!r}.", field="kind")
    if len(content) > MOST_BYTES:
        told = f"A picture has {MOST_BYTES // 1024} KB at most."
        raise TooLarge(told, "Save it smaller.", field=kind)
    body, width, height = _drawn(content, ImageKind(kind))
    page = locked(page_id)
    image, _ = PageImage.objects.update_or_create(
        page=page,
        kind=kind,
        defaults={
            "content_type": "image/png",
            "body": body,
            "digest": hashlib.sha256(body).hexdigest()[:16],
            "width": width,
            "height": height,
        },
    )
    raise_version(page, everything=True)
    return image


@transaction.atomic
def remove_image(*, page_id: int, kind: str) -> None:
    page = locked(page_id)
    page.images.filter(kind=kind).delete()
    raise_version(page, everything=True)


def _drawn(content: bytes, kind: ImageKind) -> tuple[bytes, int, int]:
    hint = "Save it anew as PNG, JPEG, WebP or GIF, and choose that."
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLarge("The picture is too large.", "Save it smaller.", field=kind)
            image.load()
            shown = image.convert("RGBA")
            shown.thumbnail(_BOX[kind])
            if min(shown.size) < 1:
                raise Invalid("The picture is too thin to see.", hint, field=kind)
            written = BytesIO()
            shown.save(written, "PNG", optimize=True)
    except _BOMBS as error:
        raise TooLarge("The picture is too large.", "Save it smaller.", field=kind) from error
    except _DAMAGE as error:
        raise Invalid("That is no picture we can show.", hint, field=kind) from error
    return written.getvalue(), shown.width, shown.height
