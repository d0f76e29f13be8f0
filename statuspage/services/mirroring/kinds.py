"""The places that copies are put in: what each asks for, and how it is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from statuspage.models import MirrorKind
from statuspage.services.mirroring import bucket, directory, git
from statuspage.services.mirroring.bundle import File


@dataclass(frozen=True, slots=True)
class Kind:
    fields: tuple[str, ...]
    check: Callable[[Mapping[str, Any]], None]
    write: Callable[[Sequence[File], Mapping[str, Any], str], None]
    # Whether it is written now and then without a change, so that it says how fresh it is.
    is_kept_fresh: bool


KINDS: Final = {
    MirrorKind.DIRECTORY: Kind(
        directory.FIELDS, directory.check, directory.write, is_kept_fresh=True
    ),
    MirrorKind.S3: Kind(bucket.FIELDS, bucket.check, bucket.write, is_kept_fresh=True),
    # Each time would be one more commit for good.
    MirrorKind.GIT: Kind(git.FIELDS, git.check, git.write, is_kept_fresh=False),
}
