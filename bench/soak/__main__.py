"""`make soak`: fill a room, kill the web process, and count what anybody missed or saw twice."""

import argparse
import random
import sys
from dataclasses import fields

from bench.product import Product
from bench.soak import verdict
from bench.soak.plan import Plan
from bench.soak.run import play
from incidentsite.processes import raise_file_limit

HELP = {
    "minutes": "how long people talk",
    "clients": "people in the room, the silent ones included",
    "rate": "messages a second, all together",
    "reconnecting": "share of the clients that break off at random",
    "silent": "clients that never read",
    "kill_every": "minutes between kills of the web process",
    "steady": "minutes that they talk on after the last kill, in which memory is judged",
    "seed": "of everything random; the one of a run is printed",
}


def main() -> int:
    plan = _plan()
    raise_file_limit()
    told = (
        f"{field.name} {getattr(plan, field.name):g}"
        for field in fields(plan)
        if field.name in HELP
    )
    print("soak:", ", ".join(told), flush=True)
    with Product() as product:
        seen = play(product, plan, product.api_key("admin"))
    lines = verdict.lines(seen)
    for line in lines:
        mark = {True: "kept", False: "BROKEN", None: ""}[line.kept]
        print(f"{line.name:58} {mark:7} {line.told}")
    broken = sum(line.kept is False for line in lines)
    print(f"\n{broken} promises broken" if broken else "\nall kept")
    return 1 if broken else 0


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    for field in fields(Plan):
        if field.name in HELP:
            default = random.randrange(10**6) if field.name == "seed" else field.default
            name = "--" + field.name.replace("_", "-")
            kind = type(field.default)
            parser.add_argument(
                name, type=float if kind is float else int, default=default, help=HELP[field.name]
            )
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
