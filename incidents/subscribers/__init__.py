"""What the hub itself does when it hears of facts."""

from incidents.subscribers import clocks, detection, notices, search

__all__ = ["clocks", "detection", "notices", "search"]
