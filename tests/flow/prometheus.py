"""A shop that can break, watched by Debian's Prometheus, which tells Debian's Alertmanager."""

import subprocess
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from bench.product import free_port

RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: shop_error_ratio > 0.05
        labels: {severity: critical, service: checkout}
        annotations:
          summary: Card payments fail at checkout
          description: "{{ $value | humanizePercentage }} of payments fail."
"""
PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting:
  alertmanagers: [{static_configs: [{targets: ["127.0.0.1:%(alertmanager)s"]}]}]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ["127.0.0.1:%(shop)s"]}]
"""
ALERTMANAGER = """
global: {resolve_timeout: 10s}
route: {receiver: incidents, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers:
  - name: incidents
    webhook_configs: [{url: "%s", send_resolved: true}]
"""


class Shop:
    """Exposes one gauge; set `error_ratio` to break it."""

    def __init__(self) -> None:
        self.error_ratio = 0.0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(f"shop_error_ratio {owner.error_ratio}\n".encode())

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_port


class Monitoring:
    """`with Monitoring(folder, hook) as monitoring:` both run until the end of the block."""

    def __init__(self, folder: Path, hook: str) -> None:
        self.shop = Shop()
        self.port, alertmanager = free_port(), free_port()
        ports = {"alertmanager": alertmanager, "shop": self.shop.port}
        (folder / "rules.yml").write_text(RULES)
        (folder / "prometheus.yml").write_text(PROMETHEUS % ports)
        (folder / "alertmanager.yml").write_text(ALERTMANAGER % hook)
        self.folder = folder
        self.commands = [
            [
                "prometheus-alertmanager",
                f"--config.file={folder}/alertmanager.yml",
                f"--storage.path={folder}/alertmanager",
                f"--web.listen-address=127.0.0.1:{alertmanager}",
                "--cluster.listen-address=",
            ],
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/tsdb",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
        ]
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        for command in self.commands:
            with (self.folder / f"{command[0]}.log").open("wb") as log:
                self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1):
                    return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "prometheus.log").read_text()[-2000:])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(10)
        self.shop.server.shutdown()
        self.shop.server.server_close()
