"""`python -m tests.statuspage.telling_engine SECONDS`: for each line on its input, an engine with
leases of so many seconds, in a process of its own that a test may kill; its number on the output.

Forked from one that has everything loaded: ten of them are there in no time.
"""

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")
django.setup()

from incidents.engine.loop import Engine  # noqa: E402  # needs the apps loaded
from incidents.engine.modules import every  # noqa: E402
from incidentsite.processes import end_with_parent  # noqa: E402
from statuspage.services import telling  # noqa: E402


def main() -> None:
    telling.LEASE_SECONDS = float(sys.argv[1])
    telling.BEGIN_SECONDS = telling.LEASE_SECONDS / 2
    # What the mail server was too busy for is tried again while the test watches.
    telling.BACKOFF = tuple(0.5 for _ in telling.BACKOFF)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            end_with_parent(signal.SIGKILL)
            Engine(every()).run()
        print(child, flush=True)


main()
