"""Run the engine: fold signals, tell subscribers, forget what is old."""

import gc
import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from incidents.engine.loop import Engine


class Command(BaseCommand):
    help = "Run the engine until it is stopped. It needs PostgreSQL only; several may run."
    # They load every page: 30 MB in a process that serves none.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        engine = Engine()

        def stop(_number: int, _frame: FrameType | None) -> None:
            engine.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # What is loaded by now stays: collections need not look through it in every storm.
        gc.collect()
        gc.freeze()
        engine.run()
