"""Debian's Prometheus and Alertmanager, each sending straight to the product."""

import json
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.product import free_port

_RULES = """
groups:
  - name: always
    interval: 1s
    rules:
      - alert: Speaks
        expr: %s
        labels: {severity: warning}
        annotations: {summary: Prometheus speaks to us}
"""
_PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - api_version: v2
      authorization: {credentials: "%s"}
      static_configs: [{targets: ["%s"]}]
"""
_ALERTMANAGER = """
global: {resolve_timeout: 10s}
route: {receiver: incidents, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers:
  - name: incidents
    webhook_configs: [{url: "%(webhook)s"}]
    opsgenie_configs: [{api_url: "%(site)s", api_key: "%(opsgenie)s", update_alerts: true}]
    pagerduty_configs: [{url: "%(site)s/v2/enqueue", routing_key: "%(pagerduty)s"}]
"""


def prometheus_command(folder: Path, port: int, *options: str) -> list[str]:
    return [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
        *options,
    ]


def alertmanager_command(folder: Path, port: int) -> list[str]:
    return [
        "prometheus-alertmanager",
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/alertmanager",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]


class Program:
    """`with` runs `command` until the end of the block, once it is ready at `port`."""

    def __init__(self, folder: Path, command: list[str], port: int) -> None:
        self.folder, self.command, self.url = folder, command, f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        log = self.folder / f"{self.command[0]}.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=output)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1):
                    return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(log.read_text()[-2000:])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)


class Prometheus(Program):
    """Takes the product at `target` for an Alertmanager, and has one alert that fires."""

    def __init__(self, folder: Path, target: str, key: str) -> None:
        port = free_port()
        (folder / "rules.yml").write_text(_RULES % "vector(1)")
        (folder / "prometheus.yml").write_text(_PROMETHEUS % (key, target))
        options = ("--web.enable-lifecycle", "--rules.alert.resend-delay=1s")
        super().__init__(folder, prometheus_command(folder, port, *options), port)

    def calm(self) -> None:
        """The alert fires no more."""
        (self.folder / "rules.yml").write_text(_RULES % "vector(1) > 2")
        reload = urllib.request.Request(f"{self.url}/-/reload", method="POST")
        with urllib.request.urlopen(reload, timeout=10):
            pass


class Alertmanager(Program):
    """Sends to the product at `site` by its webhook, as to Opsgenie and as to PagerDuty."""

    def __init__(self, folder: Path, site: str, made: dict[str, dict[str, str]]) -> None:
        port = free_port()
        told = {
            "site": site,
            "webhook": made["alertmanager"]["url"],
            "opsgenie": made["opsgenie"]["key"],
            "pagerduty": made["pagerduty"]["key"],
        }
        (folder / "alertmanager.yml").write_text(_ALERTMANAGER % told)
        super().__init__(folder, alertmanager_command(folder, port), port)

    def send(self, name: str, *, over: bool) -> None:
        alert = {"labels": {"alertname": name}, "annotations": {"summary": f"{name}: it is warm"}}
        ends = {"endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())} if over else {}
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts",
            json.dumps([alert | ends]).encode(),
            {"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=10):
            pass
