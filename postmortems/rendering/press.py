"""PDF from HTML, in a process of its own that can hurt nothing but itself.

Laying out a page costs seconds of processor time, needs libraries that may be missing, and can be
driven to recursion or memory exhaustion by what people write. So each document is laid out by a
fresh child with limits on time and memory, with no settings, no secrets and no way to load
anything. Importing WeasyPrint takes longer than laying out most documents: a spare child is kept
that has done so and waits for its one document. No queue and no worker is needed, so a PDF comes
out even when those are down.
"""

import atexit
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from incidents.kernel.errors import Invalid, Unavailable

logger = logging.getLogger(__name__)

CHILD: Final = Path(__file__).with_name("press_child.py")
# The child ends itself after 20 seconds of processor time; a busy machine needs longer for those.
SECONDS: Final = 20
PATIENCE: Final = 45
MAX_HTML: Final = 1024 * 1024
# What the child says by its exit code.
NO_LIBRARY: Final = 3
TOO_MUCH: Final = 4
# Fonts and libraries are found by these; nothing else of the environment is the child's business.
_ENVIRONMENT: Final = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
)

Child = subprocess.Popen[bytes]
_lock = threading.Lock()
_spare: list[Child] = []


def warm() -> None:
    """Start the spare child unless there is one: somebody may want a PDF soon."""
    with _lock:
        if not any(child.poll() is None for child in _spare):
            for dead in _spare:
                dead.communicate()  # closes its pipes
            _spare[:] = [_start()]


def to_pdf(html: str, *, embedded: int = 0) -> bytes:
    """`html` laid out as PDF/UA, within 20 seconds of processor time.

    `embedded` is the size of what the product itself has put in (fonts). Raises Invalid for a
    document that is too long, Unavailable where the libraries are missing or the limits are hit.
    """
    data = html.encode()
    if len(data) - embedded > MAX_HTML:
        size = (len(data) - embedded) / 1024 / 1024
        raise Invalid(
            f"The document has {size:.1f} MB of text; 1 MB can be laid out as PDF.",
            "Shorten it, or export it as HTML or Markdown.",
        )
    child = _take()
    try:
        pdf, said = child.communicate(data, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise _too_much() from None
    finally:
        warm()
    if child.returncode == 0 and pdf:
        return pdf
    raise _reason(child.returncode, said.decode(errors="replace"))


def close() -> None:
    """End the spare child."""
    with _lock:
        while _spare:
            child = _spare.pop()
            child.kill()
            child.communicate()


atexit.register(close)


def install_hint() -> str:
    """The command that installs what WeasyPrint needs, on this system."""
    if sys.platform == "darwin":
        return "brew install pango"
    return "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def _take() -> Child:
    with _lock:
        while _spare:
            child = _spare.pop()
            if child.poll() is None:
                return child
            child.communicate()
        return _start()


def _start() -> Child:
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def _reason(code: int | None, said: str) -> Unavailable:
    if code == NO_LIBRARY:
        return Unavailable(
            "PDF needs the library Pango, which is not installed here.",
            f"Install it: {install_hint()}. HTML and Markdown work without it.",
        )
    if code == TOO_MUCH or (code is not None and code < 0):
        return _too_much()
    logger.error("PDF could not be laid out (exit %s): %s", code, said[-2000:])
    return Unavailable(
        "The PDF could not be laid out.", "Export HTML or Markdown; the log has the reason."
    )


def _too_much() -> Unavailable:
    return Unavailable(
        f"Laying out the PDF needs more than {SECONDS} seconds or too much memory.",
        "Shorten the document, or export it as HTML or Markdown.",
    )
