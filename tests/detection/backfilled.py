"""Debian's Prometheus over made-up history: every series once for `bad` and once for `good`."""

import math
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.product import free_port

STEP = 30
MINUTES = 75
WEEK = 7 * 86400
Value = Callable[[float], float]


@dataclass(frozen=True)
class Made:
    """A series by its text, and its value `age` seconds ago; `weeks` repeats the end of it."""

    series: str
    value: Value
    weeks: int = 0


def steady(value: float) -> Value:
    return lambda _: value


def counter(per_second: float) -> Value:
    """A counter that began long ago."""
    return lambda age: per_second * (5 * WEEK - age)


def _pair(series: str, bad: Value, good: Value) -> list[Made]:
    return [Made(series.replace("@", "bad"), bad), Made(series.replace("@", "good"), good)]


def _requests() -> Iterator[Made]:
    for code, bad, good in (("200", 9.0, 9.999), ("500", 1.0, 0.001)):
        text = f'http_requests_total{{service="@",code="{code}"}}'
        yield from _pair(text, counter(bad), counter(good))


def _latency() -> Iterator[Made]:
    """All answers take 3 s at `bad` and 0.2 s at `good`; weeks ago `bad` was well too."""
    name = "http_request_duration_seconds"
    for le, bad in (("0.5", 0.0), ("1", 0.0), ("2", 0.0), ("4", 10.0), ("+Inf", 10.0)):
        yield from _pair(f'{name}_bucket{{service="@",le="{le}"}}', counter(bad), counter(10.0))
    for service, slow in (("bad", 3.0), ("good", 0.2)):

        def total(age: float, slow: float = slow) -> float:
            return 10 * (slow if age < WEEK / 2 else 0.2) * (5 * WEEK - age)

        yield Made(f'{name}_sum{{service="{service}"}}', total, weeks=3)
        yield Made(f'{name}_count{{service="{service}"}}', counter(10.0), weeks=3)


def everything() -> list[Made]:
    def quality(age: float) -> float:
        return 0.9 if age > 1200 else 0.5

    def probe(age: float) -> float:
        return 0.0 if 600 < age < 900 else 1.0

    disk = '{instance="@",mountpoint="/",fstype="ext4"}'
    return [
        *_pair('up{job="@"}', steady(0), steady(1)),
        *_pair('quality_score{service="@"}', quality, steady(0.9)),
        *_pair('workflow_runs_total{workflow="@",status="failed"}', counter(4), counter(0.1)),
        *_pair('workflow_runs_total{workflow="@",status="ok"}', counter(6), counter(9.9)),
        *_pair('node_memory_MemAvailable_bytes{instance="@"}', steady(2e8), steady(4e9)),
        *_pair('node_memory_MemTotal_bytes{instance="@"}', steady(8e9), steady(8e9)),
        *_pair(f"node_filesystem_avail_bytes{disk}", steady(5e9), steady(4e10)),
        *_pair(f"node_filesystem_size_bytes{disk}", steady(1e11), steady(1e11)),
        *_pair('probe_success{instance="@"}', probe, steady(1)),
        *_requests(),
        *_latency(),
    ]


def _written(made: Made, now: float) -> Iterator[str]:
    for week in range(made.weeks, -1, -1):
        for ago in range(MINUTES * 60, -1, -STEP):
            age = ago + week * WEEK
            value = made.value(age)
            told = "NaN" if math.isnan(value) else f"{value:.6f}"
            yield f"{made.series} {told} {now - age:.3f}\n"


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """The address of a Prometheus that remembers `everything`."""
    for program in ("prometheus", "promtool"):
        if shutil.which(program) is None:
            pytest.skip(f"not installed: {program}")
    now, data = time.time(), folder / "data"
    text = "".join(line for made in everything() for line in _written(made, now))
    (folder / "history.txt").write_text(f"{text}# EOF\n")
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 1m}\n")
    backfill = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "history.txt", str(data)]
    subprocess.run(backfill, cwd=folder, check=True, capture_output=True, timeout=120)
    port = free_port()
    command = [
        *("prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={data}"),
        *("--storage.tsdb.retention.time=90d", f"--web.listen-address=127.0.0.1:{port}"),
    ]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield _ready(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ready(port: int, folder: Path) -> str:
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=1):
                return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError((folder / "log.txt").read_text()[-2000:])
