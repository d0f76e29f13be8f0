"""`make bench`: measure everything, print it, and keep it in bench/results/ as JSON."""

import argparse
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bench import baselines, crowd, detection, measures, status_page, storm, subscribers
from bench.measures import Figure
from bench.product import Product

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    wanted = parser.parse_args().only
    figures: list[Figure] = []
    if wanted == "subscribers":  # a product of its own, with a mail server
        _measure(figures, wanted, {"subscribers": subscribers.subscribers})
        _report(figures)
        return
    if wanted in "status":
        status_page.check()
    scratch = Path(tempfile.mkdtemp(prefix="isbench-"))
    # What is measured must not be taken for a storm; the storm itself has one cause.
    calm = {"STORM_INCIDENTS_PER_MINUTE": "1000000", "OPEN_ALERTS_PER_INTEGRATION": "1000000"}
    with Product(gate=True, settings=calm) as product:
        figures.append(Figure("first start until ready", product.ready_seconds, "s"))
        time.sleep(10)  # worker and beat are still loading
        token = product.api_key("admin")
        socket_dir = str(product.data_dir / "run")
        with baselines.django_view(socket_dir, scratch) as view_port:
            _measure(figures, wanted, _jobs(product, token, view_port, scratch))
        figures.append(_memory(product, "with gate, after load", 900))
        data_dir = product.data_dir
        product.keep()
    with Product(data_dir=data_dir) as again:
        ready = again.ready_seconds
        figures.append(_memory(again, "idle", 550))
        figures.append(Figure("second start until ready", ready, "s", "", "< 8 s", ready < 8))
    shutil.rmtree(data_dir, ignore_errors=True)
    shutil.rmtree(scratch, ignore_errors=True)
    _report(figures)


def _memory(product: Product, when: str, goal: float) -> Figure:
    time.sleep(15)
    used = product.memory()
    return Figure(f"memory of the whole stack, {when}", used, "MB", "", f"< {goal} MB", used < goal)


Job = Callable[[], "Figure | list[Figure]"]


def _jobs(product: Product, token: str, view_port: int, scratch: Path) -> dict[str, Job]:
    gate = product.gate_port
    return {
        "latency": lambda: measures.alert_to_browsers(product, token, browsers=50, rate=10),
        "chat 50": lambda: measures.chat(product, token, clients=50),
        "chat 200": lambda: measures.chat(product, token, clients=200),
        "crowd": lambda: crowd.crowd(product, token),
        "pdf": lambda: measures.pdf(product, token, scratch),
        "status": lambda: status_page.status_page(product, view_port, scratch),
        "accepts default": lambda: measures.accepts(
            product, product.port, label="default", view_port=view_port
        ),
        "detection": lambda: detection.rules_pass(product),
        "accepts gate": lambda: measures.accepts(product, gate, label="gate", view_port=view_port),
        "storm": lambda: storm.storm(product, token),
    }


def _measure(figures: list[Figure], wanted: str, jobs: dict[str, Job]) -> None:
    for name, job in jobs.items():
        if wanted in name:
            print(f"measuring {name} …", flush=True)
            found = job()
            figures += found if isinstance(found, list) else [found]


def _report(figures: list[Figure]) -> None:
    print()
    for figure in figures:
        mark = {True: "met", False: "MISSED", None: ""}[figure.met]
        print(f"{figure.name:58} {figure.value:10.1f} {figure.unit:3} {figure.goal:12} {mark}")
        if figure.baseline:
            print(f"{'':58} {figure.baseline}")
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    stamp = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    told = {"at": stamp, "machine": machine, "figures": [asdict(figure) for figure in figures]}
    path = RESULTS / f"{stamp}.json"
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    print(f"\nkept in {path.relative_to(RESULTS.parent.parent)}")


if __name__ == "__main__":
    main()
