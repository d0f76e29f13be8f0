"""How long to wait before starting a crashed child again."""

FIRST_DELAY = 0.5
LONGEST_DELAY = 15.0
HEALTHY_AFTER = 60.0


class Backoff:
    def __init__(self) -> None:
        self.crashes = 0

    def delay_after(self, seconds_lived: float) -> float:
        if seconds_lived >= HEALTHY_AFTER:
            self.crashes = 0
        self.crashes += 1
        return min(FIRST_DELAY * 2.0 ** (self.crashes - 1), LONGEST_DELAY)
