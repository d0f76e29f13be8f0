"""The text of a document as Yjs holds it: updates of many people in, one text out.

Knows no database and no socket. Positions of pycrdt count bytes of UTF-8.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final, cast

import pycrdt

from warroom.models import diffs

# The name of the shared text; the browser uses the same.
ROOT: Final = "text"
_UNWANTED: Final = frozenset("\0\r")


class Malformed(ValueError):
    """What came is no update of a plain text. The paper may be spoilt: throw it away."""


class Paper:
    def __init__(self, updates: Iterable[bytes] = ()) -> None:
        self._doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc()
        self._text = self._doc.get(ROOT, type=pycrdt.Text)
        for update in updates:
            self._doc.apply_update(update)

    @property
    def text(self) -> str:
        return str(self._text)

    @property
    def text_bytes(self) -> int:
        return len(self._text)

    def state(self) -> bytes:
        """How much of whose edits it holds: a state vector."""
        return self._doc.get_state()

    def since(self, state: bytes) -> bytes:
        """The edits that somebody with this state vector does not have."""
        with _decoding():
            return self._doc.get_update(state)

    def whole(self) -> bytes:
        """Everything as one update."""
        return self._doc.get_update()

    def merge(self, update: bytes) -> bytes:
        """Take in an update of somebody else; returns what of it was new, b"" for nothing.

        What is returned was written anew here, whatever else the update carried. Raises Malformed.
        """
        written, deltas = self._watched(partial(self._doc.apply_update, update))
        if set(self._doc.keys()) != {ROOT} or not all(map(_is_plain, deltas)):
            raise Malformed("something else than plain text")
        return written

    def write(self, text: str) -> bytes:
        """Make it read `text` by the edits that lead there; returns them as an update."""
        changes = diffs.edits(self.text, text)

        def edit() -> None:
            with self._doc.transaction():
                for change in changes:
                    del self._text[change.at : change.at + change.removed]
                    if change.inserted:
                        self._text.insert(change.at, change.inserted)

        return self._watched(edit)[0]

    def _watched(self, act: Callable[[], None]) -> tuple[bytes, list[dict[str, Any]]]:
        """What `act` changed: as an update, and as pieces of text."""
        updates: list[bytes] = []
        deltas: list[dict[str, Any]] = []
        on_doc = self._doc.observe(lambda event: updates.append(event.update))
        on_text = self._text.observe(lambda event: deltas.extend(cast("Any", event).delta))
        try:
            with _decoding():
                act()
        finally:
            self._doc.unobserve(on_doc)
            self._text.unobserve(on_text)
        return (updates[0] if updates else b""), deltas  # one transaction, one update


@contextlib.contextmanager
def _decoding() -> Iterator[None]:
    """The decoder answers to garbage with errors of several kinds, and might panic."""
    try:
        yield
    except Exception as error:
        raise Malformed(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Malformed(str(error)) from error


def _is_plain(piece: dict[str, Any]) -> bool:
    """Editors end lines with a line feed alone and count it as one."""
    inserted = piece.get("insert", "")
    return (
        isinstance(inserted, str) and not (_UNWANTED & set(inserted)) and "attributes" not in piece
    )
