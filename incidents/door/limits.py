"""How much one key may send: a token bucket in the memory of each process."""

import math
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Bucket:
    """Refills at `rate` a second and holds two seconds' worth, so that bursts pass."""

    rate: float
    level: float = field(init=False)
    at: float = field(init=False, default_factory=monotonic)

    def __post_init__(self) -> None:
        self.level = self.rate * 2

    def take(self) -> int:
        """Take one. Returns 0, or the seconds to wait where the bucket is empty."""
        now = monotonic()
        self.level = min(self.rate * 2, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return math.ceil((1 - self.level) / self.rate)
        self.level -= 1
        return 0
