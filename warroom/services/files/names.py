"""What a file is called: a plain name that fits what is in it, wherever it came from."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

LONGEST: Final = 120
# The first is added where a name ends otherwise: what is text opens as text, however it is called.
_ENDINGS: Final = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "application/zip": (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"),
    "application/gzip": (".gz", ".tgz"),
    "video/mp4": (".mp4", ".m4v"),
    "video/webm": (".webm",),
    "text/csv": (".csv",),
    "application/json": (".json", ".har"),
    "text/plain": (
        *(".txt", ".log", ".md", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".har", ".yaml"),
        *(".yml", ".toml", ".ini", ".conf", ".cfg", ".diff", ".patch", ".sql", ".out", ".err"),
    ),
}


def safe(name: str, media_type: str) -> str:
    """`name` without folders and without characters that do not show, ending as its kind does."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in bare if char.isprintable())
    plain = re.sub(r'[<>:"|?*]', "_", shown).strip(" .")
    ending = PurePosixPath(plain).suffix
    stem = plain.removesuffix(ending)
    endings = _ENDINGS[media_type]
    if ending.lower() not in endings:
        stem, ending = plain, endings[0]
    return (stem or "file")[: LONGEST - len(ending)] + ending
