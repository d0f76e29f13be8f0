"""The status page under many readers: ours, ours behind the nginx of deploy/, and nginx alone.

`wrk` asks, sixteen connections from one thread: a generator in Python would be the slower one.
"""

import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import baselines
from bench.measures import SECONDS, Figure
from bench.product import ROOT, Product, free_port

NEEDED = ("wrk", "nginx")
PATH = "/status"
_GOALS = {"web": 1200, "gate": 8000, "gate behind nginx": 17_000}
_ALONE = """
user root;
pid {scratch}/alone.pid;
error_log {scratch}/alone.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port};
    location {path} {{
      default_type text/html;
      add_header Content-Encoding gzip;
      alias {scratch}/page.gz;
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Answers:
    rate: float
    p99_ms: float
    refused: int


def check() -> None:
    """Raises SystemExit where a program that it needs is missing."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise SystemExit(f"Missing: {', '.join(missing)}. Install them: apt-get install wrk nginx")


def status_page(product: Product, view_port: int, scratch: Path) -> list[Figure]:
    """Requests a second and p99, each as a share of what nginx alone gives for the same bytes."""
    (scratch / "page.gz").write_bytes(_page(product.port))
    with _nginx_alone(scratch) as port:
        alone = _ask(port)
    view = _ask(view_port, "/page")
    beside = f"Django view answering bytes {view.rate:.0f}/s, p99 {view.p99_ms:.1f} ms"
    figures = [
        *_figures("web", _ask(product.port), alone, beside),
        *_figures("gate", _ask(product.gate_port), alone),
    ]
    with _nginx_before(product, scratch) as port:
        figures += _figures("gate behind nginx", _ask(port), alone)
    return figures


def _figures(name: str, ours: Answers, alone: Answers, beside: str = "") -> list[Figure]:
    wanted = _GOALS[name]
    rate = f"nginx alone {alone.rate:.0f}/s: {ours.rate / alone.rate:.0%}"
    p99 = f"nginx alone {alone.p99_ms:.1f} ms: {ours.p99_ms / alone.p99_ms:.1f} ×"
    refused = f"; {ours.refused} refused" if ours.refused else ""
    return [
        Figure(
            f"status page, gzip, {name}",
            ours.rate,
            "/s",
            "; ".join(part for part in (rate + refused, beside) if part),
            f"≥ {wanted}/s",
            ours.rate >= wanted and not ours.refused,
        ),
        Figure(f"status page, gzip, {name}, p99", ours.p99_ms, "ms", p99),
    ]


def _page(port: int) -> bytes:
    """The page as it is sent: compressed."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(asked) as answer:
        body: bytes = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    return body


def _ask(port: int, path: str = PATH) -> Answers:
    """After a second that does not count: caches fill in it, which others wait for."""
    command = ["wrk", "-t1", "-c16", "--latency", "-H", "Accept-Encoding: gzip"]
    told = ""
    for seconds in (1.0, SECONDS):
        asked = [*command, f"-d{seconds:.0f}s", f"http://127.0.0.1:{port}{path}"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return Answers(
        rate=float(_found(r"Requests/sec:\s+([\d.]+)", told)),
        p99_ms=_milliseconds(_found(r"^ +99% +(\S+)", told)),
        refused=int(refused[1]) if refused else 0,
    )


def _found(pattern: str, told: str) -> str:
    match = re.search(pattern, told, re.MULTILINE)
    if match is None:
        raise RuntimeError(f"wrk said:\n{told}")
    return match[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


@contextmanager
def _nginx_alone(scratch: Path) -> Iterator[int]:
    port = free_port()
    config = scratch / "alone.conf"
    config.write_text(_ALONE.format(scratch=scratch, port=port, path=PATH))
    with baselines.serving(["nginx", "-c", str(config), "-g", "daemon off;"], port):
        yield port


@contextmanager
def _nginx_before(product: Product, scratch: Path) -> Iterator[int]:
    """What deploy/nginx.conf says, with this product behind it."""
    port = free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in {
        "worker_processes auto;": f"worker_processes auto; user root; pid {scratch}/before.pid;",
        "server web:8000": f"server 127.0.0.1:{product.port}",
        "server gate:8000": f"server 127.0.0.1:{product.gate_port}",
        "listen 80": f"listen 127.0.0.1:{port}",
        "/tmp/status": f"{scratch}/cache",
        "/dev/stdout": f"{scratch}/before.log",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    config = scratch / "before.conf"
    config.write_text(text)
    with baselines.serving(["nginx", "-c", str(config), "-g", "daemon off;"], port):
        yield port
