"""What was said, what was answered, and what anybody has seen."""

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """Shared by all clients. A message is known by its body, which holds its client id."""

    sent: dict[str, float] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    read: dict[int, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    breaks: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    resent: int = 0
    live: list[float] = field(default_factory=list)
    last_seq: int = 0

    def send(self, body: str) -> None:
        self.sent[body] = time.perf_counter()

    def accept(self, body: str, seq: int) -> None:
        if self.accepted.setdefault(body, seq) != seq:
            self.contradictions.append(f"{body} was accepted as {self.accepted[body]} and as {seq}")

    def see(self, seq: int, body: str, *, since: float) -> None:
        """Somebody whose connection is open `since` then reads `body` under `seq`."""
        known = self.read.setdefault(seq, body)
        if known != body:
            self.contradictions.append(f"{seq} reads {known!r} for one and {body!r} for another")
        self.last_seq = max(self.last_seq, seq)
        sent = self.sent.get(body)
        if sent is not None and sent > since and seq % 8 == 0:  # each eighth tells enough
            self.live.append(time.perf_counter() - sent)
