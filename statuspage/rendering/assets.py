"""The style, the script and the icons of the public page, kept in memory.

The door serves them itself: the page must be complete in a process that serves nothing else, and
when everything behind it is down.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_RENDERER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    content_type: str
    body: bytes
    digest: str

    @property
    def version(self) -> str:
        """Its name with what makes it new: kept for good by whoever fetched it."""
        return f"{self.name}?v={self.digest}"


@cache
def assets() -> dict[str, Asset]:
    """By file name."""
    folder = Path(settings.BASE_DIR) / "static" / "status"
    found = sorted(path for path in folder.iterdir() if path.suffix in _TYPES)
    return {path.name: _read(path) for path in found}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(path.name, _TYPES[path.suffix], body, _digest([body]))


@cache
def edition() -> str:
    """Changes when templates, words, assets or the renderer do: every page is rendered anew."""
    templates = Path(settings.BASE_DIR) / "templates" / "statuspage" / "public"
    words = Path(settings.BASE_DIR) / "locale"
    files = sorted([*templates.glob("*.html"), *_RENDERER.rglob("*.py"), *words.rglob("*.mo")])
    parts = [path.read_bytes() for path in files]
    return _digest([*parts, *(asset.digest.encode() for asset in assets().values())])


def _digest(parts: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
