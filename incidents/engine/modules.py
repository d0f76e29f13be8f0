"""What the engine does, in the order in which it does it."""

from functools import partial
from typing import Final

from incidents.engine import deliveries, retention
from incidents.engine.module import ADDED, Module
from incidents.kernel import clock
from incidents.pipeline import intake
from incidents.pipeline.noise import recheck
from incidents.sources import adapters
from incidents.sources.detection import watch as detectors
from incidents.sources.heartbeats import watch


def _fold_signals() -> int:
    return intake.fold_batch(adapters.read)


MODULES: Final = (
    Module("intake", 7_461_001, _fold_signals),
    # Under the lock of intake: what waits is judged while nothing is folded.
    Module("noise", 7_461_001, recheck.work),
    Module(watch.MODULE, 7_461_005, watch.work),
    Module("detectors", 7_461_006, partial(detectors.look_at_polls, clock.now()), every=30),
    Module("deliveries", 7_461_002, partial(deliveries.work, intake.waits), seconds=0),
    Module("retention", 7_461_003, retention.work, every=60),
)


def every() -> tuple[Module, ...]:
    """Those above and those that apps beside the hub have added, which come last."""
    return (*MODULES, *ADDED)
