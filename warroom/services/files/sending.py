"""What goes out: a content with the headers that keep it from being anything but a file."""

from dataclasses import dataclass
from typing import Final

from django.utils.http import content_disposition_header

from warroom.models import Attachment

# Nothing in it may run, load, or be framed, whatever a browser takes it for.
_SANDBOX: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_PREVIEW_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Sending:
    """`etag` names the content for good: what is added never changes."""

    row: Attachment
    preview: bool = False

    @property
    def etag(self) -> str:
        return f'"{self.row.sha256}{"-preview" if self.preview else ""}"'

    @property
    def headers(self) -> dict[str, str]:
        """Pictures are shown, everything else is downloaded; text is always plain text."""
        disposition = content_disposition_header(not self.row.is_picture, self.row.name)
        kept = f"max-age={_PREVIEW_SECONDS}" if self.preview else "no-cache"
        return {
            "Content-Type": self._content_type,
            "Content-Disposition": disposition or "attachment",
            "Content-Security-Policy": _SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, {kept}",
            "ETag": self.etag,
        }

    @property
    def _content_type(self) -> str:
        if self.preview:
            return "image/webp"
        is_text = self.row.media_type.startswith("text/")
        return f"{self.row.media_type}; charset=utf-8" if is_text else self.row.media_type
