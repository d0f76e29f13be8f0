"""Where contents lie: below FILES_DIR, under random names, out of reach of any address.

A content is written whole to a name for what is arriving, forced to disk, and renamed. Whoever dies
in between leaves a file that no row knows, which `sweep` of the package finds.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from incidents.kernel.errors import Invalid, TooLarge, Unavailable

_ARRIVING: Final = "arriving"
PREVIEW: Final = ".preview"
# Whichever is less must stay free: what the database needs comes before what people attach.
_FREE_SHARE: Final = 0.1
_FREE_BYTES: Final = 2 << 30


@dataclass(frozen=True, slots=True)
class Arrived:
    """A content that is whole and on disk, but not in its place yet."""

    path: Path
    size: int
    sha256: str


def place_of(file_id: UUID) -> Path:
    return settings.FILES_DIR / file_id.hex[:2] / file_id.hex


def preview_of(file_id: UUID) -> Path:
    return place_of(file_id).with_suffix(PREVIEW)


def receive(file_id: UUID, name: str, chunks: Iterable[bytes]) -> Arrived:
    """Write the content beside its place. TooLarge as soon as it is; nothing is left then."""
    _check_room()
    path = _folder(_ARRIVING) / file_id.hex
    digest, size = hashlib.sha256(), 0
    try:
        with _storing(), path.open("xb") as out:
            for chunk in chunks:
                size += len(chunk)
                check_size(size, name)
                digest.update(chunk)
                out.write(chunk)
            _check_some(size, name)
            _force(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Arrived(path, size, digest.hexdigest())


def check_size(size: int, name: str) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise too_large(name)


def _check_some(size: int, name: str) -> None:
    if not size:
        raise Invalid(f"“{name}” is empty.", "Attach a file that holds something.", field="file")


def too_large(name: str) -> TooLarge:
    most = settings.UPLOAD_MAX_BYTES / 2**20
    hint = "Pack it, cut it to the part that matters, or link to where it lies."
    return TooLarge(f"“{name}” is larger than {most:g} MB.", hint, field="file")


def put(file_id: UUID, arrived: Arrived, preview: bytes) -> None:
    """Move the content to its place, its preview first: a content is there whole or not at all."""
    with _storing():
        folder = _folder(file_id.hex[:2])
        if preview:
            _write(preview_of(file_id), preview)
        arrived.path.rename(place_of(file_id))
        _force_folder(folder)


def drop(file_id: UUID) -> None:
    for path in (
        place_of(file_id),
        preview_of(file_id),
        settings.FILES_DIR / _ARRIVING / file_id.hex,
    ):
        path.unlink(missing_ok=True)


def lying(older_than: float) -> Iterator[tuple[str, list[Path]]]:
    """Every folder's files that were last written before `older_than`, seconds since 1970."""
    for folder in sorted(settings.FILES_DIR.glob("*")):
        yield folder.name, [path for path in folder.iterdir() if _age_of(path) < older_than]


def is_arriving(folder: str) -> bool:
    return folder == _ARRIVING


def _age_of(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return float("inf")


def _folder(name: str) -> Path:
    folder = Path(settings.FILES_DIR) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as out:
        out.write(content)
        _force(out.fileno())


def _force(descriptor: int) -> None:
    os.fsync(descriptor)


def _force_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_room() -> None:
    usage = shutil.disk_usage(_folder(_ARRIVING))
    if usage.free < min(usage.total * _FREE_SHARE, _FREE_BYTES):
        raise Unavailable(
            "The server's disk is nearly full, so it takes no files now.",
            "Everything else works. Ask an admin to make room, then try again.",
        )


@contextlib.contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "The server could not store the file.", "Nothing was kept of it: try again."
        ) from error
