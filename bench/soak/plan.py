"""What a soak does, and what it holds the product to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Minutes where nothing else is said; a soak ends by itself soon after `minutes`."""

    minutes: float = 30.0
    clients: int = 200
    rate: float = 20.0  # messages a second, all clients together
    reconnecting: float = 0.2  # the share of clients that break off at random
    silent: int = 2  # clients that never read
    kill_every: float = 5.0
    steady: float = 10.0  # without a kill, after the last one
    seed: int = 0

    # How long anything else may take: to come in, to be answered in the end, to catch up.
    patience: float = 60.0

    # What is promised.
    seconds_to_close_silent: float = 30.0
    seconds_to_be_back: float = 30.0  # everybody, after the web process was killed
    growth: float = 1.0  # MB a minute that the web process may grow by
    # Until 8 MB of frames are kept it grows; and in less than a minute nothing shows.
    warm_up: float = 420.0  # seconds of each life of the web process
    least_seconds: float = 60.0

    @property
    def kills(self) -> int:
        return int(self.minutes / self.kill_every + 1e-6)
