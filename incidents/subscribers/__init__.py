"""What the hub itself does when it hears of facts."""

from incidents.subscribers import detection, search

__all__ = ["detection", "search"]
