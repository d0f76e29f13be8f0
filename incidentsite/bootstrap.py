"""What a first start needs before Django can: the data directory, the secret key, libraries."""

import ctypes.util
import os
import secrets
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
WILDCARDS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  names, nothing is bound here
DEFAULT_PORT = 8000
# What WeasyPrint loads to lay out PDFs; the name as the linker knows it.
PDF_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
HOMEBREW = (Path("/opt/homebrew/lib"), Path("/usr/local/lib"))


def data_dir() -> Path:
    """DATA_DIR, or `var` beside the code; absolute, so that it means the same in every process."""
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().resolve()


def site_url(directory: Path) -> str:
    """Where this installation is reached: SITE_URL, else HOST and PORT, else what runs on it now.

    A command typed beside a running system need not repeat the PORT that was given to `up`.
    """
    named = os.environ.get("SITE_URL")
    if named:
        return named.rstrip("/")
    host, port = os.environ.get("HOST", ""), os.environ.get("PORT", "")
    running = None if host or port else running_address(directory)
    return running or local_address(host, port or DEFAULT_PORT)


def running_address(directory: Path) -> str | None:
    """The address `up` wrote when it was ready; None while nothing runs on this directory."""
    try:
        return (directory / "run" / "address").read_text().strip()
    except OSError:
        return None


def local_address(host: str, port: int | str) -> str:
    """What to type into a browser on this machine."""
    host = "127.0.0.1" if host in WILDCARDS else host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def allowed_hosts(host: str, site_url: str) -> list[str]:
    """The names people reach this installation by; never `*`, which would let any origin in."""
    names = {"localhost", "127.0.0.1", "[::1]", urlsplit(site_url).hostname or ""}
    if host in WILDCARDS:
        names |= {socket.gethostname().lower(), _outward_address()}
    else:
        names.add(f"[{host}]" if ":" in host else host)
    return sorted(names - {""})


def _outward_address() -> str:
    """This machine's address as its network sees it; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def secret_key(directory: Path) -> str:
    """The signing key of this installation, made on first use and kept in DATA_DIR/secret_key."""
    path = directory / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        _write_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Several processes may start at once: the first to link its file wins, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def missing_library_hint() -> str | None:
    """One line with the command to type when PDFs cannot be made here; None when they can."""
    missing = [name for name in PDF_LIBRARIES if not _is_installed(name)]
    if not missing:
        return None
    if sys.platform == "darwin":
        remedy = "brew install pango"
    else:
        remedy = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    return (
        f"PDF export is off until these system libraries are there: {', '.join(missing)}. "
        f"Install them: {remedy}"
    )


def _is_installed(library: str) -> bool:
    if ctypes.util.find_library(library):
        return True
    # Homebrew's directory is outside the search path of the system's own loader.
    return sys.platform == "darwin" and any(
        (directory / f"lib{library}.dylib").exists() for directory in HOMEBREW
    )
