"""The length of a recording on a ruler. A silence of hours takes no more of it than one of minutes,
so that a night can be looked over though the post-mortem was written a week later."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LENGTH: Final = 10_000
# Milliseconds: a longer silence takes as much of the ruler as this one.
LONGEST: Final = 5 * 60_000
# Whoever sees a break on the ruler should know that it is one.
BREAK: Final = 30 * 60_000
COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class Scale:
    """`knots` are pairs of a time in milliseconds and a place from 0 to LENGTH; in between the
    ruler is even."""

    knots: list[tuple[int, int]]

    @property
    def start(self) -> int:
        return self.knots[0][0]

    @property
    def end(self) -> int:
        return self.knots[-1][0]

    def place(self, at: int) -> int:
        """Where on the ruler the time is."""
        if at <= self.start:
            return 0
        if at >= self.end:
            return LENGTH
        n = bisect_right(self.knots, (at, LENGTH))
        (t0, x0), (t1, x1) = self.knots[n - 1], self.knots[n]
        return x0 + round((at - t0) * (x1 - x0) / (t1 - t0))

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """Where on the ruler long silences are: from, to."""
        return [(x0, x1) for (t0, x0), (t1, x1) in pairwise(self.knots) if t1 - t0 > BREAK]


def scale_of(times: Iterable[int]) -> Scale:
    """For the times, in milliseconds, at which something happened: one at least, in order."""
    found = sorted(set(times))
    if len(found) == 1:
        found.append(found[0] + 1000)
    turns = [found[0]]
    for before, after in pairwise(found):
        if after - before > LONGEST:
            turns += [t for t in (before, after) if t > turns[-1]]
    turns += [found[-1]] if found[-1] > turns[-1] else []
    reached, lengths = 0, [0]
    silences = {(a, b) for a, b in pairwise(found) if b - a > LONGEST}
    for pair in pairwise(turns):
        reached += LONGEST if pair in silences else pair[1] - pair[0]
        lengths.append(reached)
    return Scale([(t, round(n * LENGTH / reached)) for t, n in zip(turns, lengths, strict=True)])


def columns(scale: Scale, times: Sequence[int]) -> list[int]:
    """How much happened in each of COLUMNS equal parts of the ruler."""
    counts = [0] * COLUMNS
    for at in times:
        counts[min(COLUMNS - 1, scale.place(at) * COLUMNS // LENGTH)] += 1
    return counts
