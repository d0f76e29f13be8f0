"""The whole product, started for a measurement in a directory of its own, and stopped after it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 120
# The product's own environment where there is one, without the tools for development.
PYTHON = str(ROOT / os.environ["BENCH_PYTHON"]) if "BENCH_PYTHON" in os.environ else sys.executable


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """`with Product() as product:` runs `manage.py up`; `product.port` is where it answers."""

    def __init__(
        self,
        *,
        gate: bool = False,
        data_dir: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = dict(settings or {})
        self.port = free_port()
        self.gate_port = free_port() if gate else 0
        self._keep = data_dir is not None
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="isb-"))
        self.log = self.data_dir / "up.log"
        self.ready_seconds = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SITE_URL"}
        }
        return kept | {
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "GATE_PORT": str(self.gate_port),
            **self._settings,
        }

    def __enter__(self) -> Self:
        command = [PYTHON, "manage.py", "up", *(["--gate"] if self.gate_port else [])]
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_ready()
        self.ready_seconds = time.monotonic() - began
        return self

    def _await_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._process and self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url("/readyz"), timeout=2) as answer:
                    if answer.status == 200 and "engine" in self.pids():
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the product did not start:\n{self.log.read_text()[-4000:]}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()
        if not self._keep:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def keep(self) -> None:
        """Leave the data where it is when the product stops."""
        self._keep = True

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def pids(self) -> dict[str, int]:
        """The processes by name, as the supervisor writes them down."""
        path = self.data_dir / "run" / "pids.json"
        found: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def api_key(self, *scopes: str) -> str:
        options = [option for scope in scopes for option in ("--scope", scope)]
        token: str = json.loads(self.manage("create_api_key", "bench", *options, "--json"))["token"]
        return token

    def integration(self, kind: str, name: str = "bench") -> dict[str, str]:
        made: dict[str, str] = json.loads(self.manage("create_integration", kind, name, "--json"))
        return made

    def call(self, method: str, path: str, *, token: str, body: Any = None) -> Any:
        """One API call; returns the decoded answer, raises on a refusal."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(self.url(path), data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            raw = answer.read()
            json_like = "json" in answer.headers.get("Content-Type", "")
        return json.loads(raw) if json_like and raw else raw

    def memory(self) -> float:
        """Proportional set size of the whole stack, in MB, PostgreSQL and Valkey included."""
        assert self._process is not None
        return (
            sum(kilobytes(pid, "smaps_rollup", "Pss") for pid in _family(self._process.pid)) / 1024
        )


def _family(root: int) -> list[int]:
    """`root` and all its descendants."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text()
            except OSError:
                continue
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
    family = {root}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            return sorted(family)
        family |= more


def kilobytes(pid: int, file: str, field: str) -> int:
    """What `/proc/<pid>/<file>` says in `field`; zero for a process that has gone meanwhile."""
    try:
        text = Path(f"/proc/{pid}/{file}").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0
