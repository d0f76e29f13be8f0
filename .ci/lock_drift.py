# ruff: noqa: INP001  a script, not a module
"""Says where the lock files no longer follow pyproject.toml. Needs no package index.

`uv pip compile` writes them; this finds the forgotten run of it.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
Pins = dict[str, set[str]]


def main() -> int:
    project = tomllib.loads(Path("pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    dev = project["dependency-groups"]["dev"]
    texts = {
        name: Path(name).read_text() for name in ("requirements.lock", "requirements-dev.lock")
    }
    run_pins, dev_pins = (pins_in(text) for text in texts.values())
    problems = [
        *unmet(wanted, run_pins, "requirements.lock"),
        *unmet([*wanted, *dev], dev_pins, "requirements-dev.lock"),
        *(
            f"{name}: {sorted(versions)} to run, {sorted(dev_pins.get(name, set()))} to develop"
            for name, versions in run_pins.items()
            if not versions <= dev_pins.get(name, set())
        ),
        *(
            f"{name} names a package index"
            for name, text in texts.items()
            if "index-url" in text and "--no-emit-index-url" not in text
        ),
        *(f"{name} has pins without hashes" for name, text in texts.items() if unhashed(text)),
    ]
    for problem in problems:
        print(problem)
    if problems:
        print("Write the locks again: make lock")
    return bool(problems)


def pins_in(text: str) -> Pins:
    pins: Pins = {}
    for match in PIN.finditer(text):
        pins.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return pins


def unmet(requirements: list[str], pins: Pins, lock: str) -> list[str]:
    found = []
    for requirement in map(Requirement, requirements):
        versions = pins.get(canonicalize_name(requirement.name), set())
        inside = [
            version
            for version in versions
            if requirement.specifier.contains(Version(version), prereleases=True)
        ]
        if len(inside) < max(len(versions), 1):
            found.append(f"{lock}: {requirement} is not met by {sorted(versions) or 'any pin'}")
    return found


def unhashed(text: str) -> bool:
    return any("--hash=" not in block for block in re.split(r"\n(?=\S)", text) if PIN.match(block))


if __name__ == "__main__":
    sys.exit(main())
