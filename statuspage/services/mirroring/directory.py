"""A copy in a directory, for a web server beside us: `current` leads to a whole version, always.

Each version is complete before the link is turned to it, so nobody ever reads half of one. What did
not change is linked, not written. Compressed copies stand beside the files (`gzip_static`).
"""

import gzip
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import brotli  # type: ignore[import-untyped]  # it brings no types
from django.conf import settings

from incidents.kernel.errors import Invalid
from statuspage.services.mirroring.bundle import File, Unwritten

FIELDS: Final = ("folder",)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
# Smaller files are as quick as they are.
_LEAST: Final = 512
_SUFFIXES: Final = (".gz", ".br")


def check(options: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(str(options.get("folder", ""))) or ".." in str(options["folder"]):
        hint = "Letters, digits, dots and dashes, such as status. It lies below MIRRORS_DIR."
        raise Invalid("Give the folder a name.", hint, field="folder")


def write(files: Sequence[File], options: Mapping[str, Any], _secret: str) -> None:
    root = Path(settings.MIRRORS_DIR) / str(options["folder"])
    try:
        if files:
            _write(root, files)
        else:
            _empty(root)
    except OSError as error:
        raise Unwritten(f"The directory {root} could not be written: {error.strerror}.") from error


def _write(root: Path, files: Sequence[File]) -> None:
    versions, current = root / "versions", root / "current"
    versions.mkdir(parents=True, exist_ok=True)
    before = current.resolve() if current.is_symlink() else None
    fresh = versions / secrets.token_hex(8)
    try:
        for file in files:
            _put(fresh, before, file)
        link = root / f".{fresh.name}"
        link.symlink_to(Path("versions") / fresh.name)
        link.replace(current)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    # The last one stays a while: a server may be reading from it.
    for old in versions.iterdir():
        if old.name not in {fresh.name, before.name if before else ""}:
            shutil.rmtree(old, ignore_errors=True)


def _put(fresh: Path, before: Path | None, file: File) -> None:
    target = fresh / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    old = before / file.path if before else None
    if old is not None and old.is_file() and old.read_bytes() == file.body:
        for suffix in ("", *_SUFFIXES):
            kept = old.with_name(old.name + suffix)
            if kept.is_file():
                os.link(kept, target.with_name(target.name + suffix))
        return
    target.write_bytes(file.body)
    if len(file.body) < _LEAST or not _shrinks(file):
        return
    packed = (gzip.compress(file.body, 9, mtime=0), bytes(brotli.compress(file.body, quality=9)))
    for suffix, body in zip(_SUFFIXES, packed, strict=True):
        target.with_name(target.name + suffix).write_bytes(body)


def _shrinks(file: File) -> bool:
    return not file.content_type.startswith("image/") or "svg" in file.content_type


def _empty(root: Path) -> None:
    (root / "current").unlink(missing_ok=True)
    if root.is_dir():
        shutil.rmtree(root / "versions", ignore_errors=True)
