"""`manage.py up`: reads what is asked for, takes the lock and the port, hands over to the tree."""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import replace

from incidentsite import bootstrap
from incidentsite.embedded import EmbeddedError
from incidentsite.processes import end_with_parent, raise_file_limit
from incidentsite.supervisor import config
from incidentsite.supervisor.errors import CannotStart
from incidentsite.supervisor.output import Terminal
from incidentsite.supervisor.rundir import RunDir
from incidentsite.supervisor.sentinel import Sentinel
from incidentsite.supervisor.tree import Tree
from incidentsite.supervisor.up import Up

DESCRIPTION = "Start everything on this machine: servers, web, engine, worker and beat."


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py up", description=DESCRIPTION)
    config.add_arguments(parser)
    options = parser.parse_args(arguments)
    if "MAKELEVEL" in os.environ:
        # Started by make: whoever kills make means us.
        end_with_parent(signal.SIGTERM)
    return told(lambda terminal: _run(options, terminal))


def told(run: Callable[[Terminal], int]) -> int:
    """Runs it; a reason it cannot run is one line on the terminal, not a traceback."""
    terminal = Terminal()
    try:
        return run(terminal)
    except (CannotStart, EmbeddedError) as reason:
        terminal.say("up", str(reason))
        return 1


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    wanted = config.read(options)
    raise_file_limit()
    run = RunDir(wanted.data_dir)
    run.lock()
    bootstrap.secret_key(wanted.data_dir)
    with config.listen(wanted.host, wanted.port) as listener:
        chosen = replace(wanted, port=listener.getsockname()[1])
        if chosen.gate_port is not None:
            config.listen(chosen.host, chosen.gate_port, variable="GATE_PORT").close()
        os.chdir(bootstrap.ROOT)
        os.environ["DATA_DIR"] = str(chosen.data_dir)
        os.environ["PORT"] = str(chosen.port)
        tree = Tree(run=run, terminal=terminal, sentinel=Sentinel())
        up = Up(chosen, run, listener.fileno())
        return asyncio.run(tree.supervise(up.bring_up))
