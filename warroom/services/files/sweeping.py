"""Contents that no row knows: what a crash left between file and row, or between row and file."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from incidents.kernel import clock
from warroom.models import Attachment
from warroom.services.files import shelf

logger = logging.getLogger(__name__)
# Longer than any request lasts: what is younger may be about to get its row.
YOUNG: Final = timedelta(hours=1)


def sweep() -> int:
    """Delete what lies on the shelf without a row that has a content; returns how many files."""
    swept = 0
    for folder, paths in shelf.lying((clock.now() - YOUNG).timestamp()):
        known = set() if shelf.is_arriving(folder) else _known(paths)
        for path in paths:
            if path.stem not in known:
                path.unlink(missing_ok=True)
                swept += 1
    if swept:
        logger.info("deleted %s files that no attachment refers to", swept)
    return swept


def _known(paths: list[Path]) -> set[str]:
    """Which of these are contents of attachments. One query a folder."""
    ids = [UUID(path.stem) for path in paths if len(path.stem) == 32]
    rows = Attachment.objects.filter(pk__in=ids, removed_at__isnull=True)
    return {row.hex for row in rows.values_list("pk", flat=True)}
