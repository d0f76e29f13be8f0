"""What the hub itself does when it hears of facts."""

from incidents.subscribers import detection, notices, search

__all__ = ["detection", "notices", "search"]
