"""A supervisor over a few small programs: `python -m tests.platform.small_tree KIND…`.

What the supervisor does to its children is the same whatever they are, and these start at once.
"""

import asyncio
import sys
from functools import partial

from incidentsite import bootstrap
from incidentsite.supervisor.child import Child
from incidentsite.supervisor.cli import told
from incidentsite.supervisor.output import Terminal
from incidentsite.supervisor.rundir import RunDir
from incidentsite.supervisor.sentinel import Sentinel
from incidentsite.supervisor.tree import Tree

PROGRAMS = {
    "steady": "import time; print('INFO steady'); print('WARNING look'); time.sleep(600)",
    # Two processes, as a Celery worker: the second only goes when somebody ends the group.
    "pair": "import os, time; pid = os.fork(); pid and print('child', pid, flush=True);"
    "time.sleep(600)",
    "stubborn": "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(600)",
    "crashing": "import sys; sys.exit('out of cheese')",
}


def child(kind: str) -> Child:
    return Child(name=kind, argv=[sys.executable, "-u", "-c", PROGRAMS[kind]], grace=1)


async def bring_up(kinds: list[str], tree: Tree) -> None:
    await tree.start(*(child(kind) for kind in kinds))
    tree.terminal.say("up", "ready")


def main(terminal: Terminal) -> int:
    run = RunDir(bootstrap.data_dir())
    run.lock()
    tree = Tree(run=run, terminal=terminal, sentinel=Sentinel())
    return asyncio.run(tree.supervise(partial(bring_up, sys.argv[1:])))


if __name__ == "__main__":
    sys.exit(told(main))
