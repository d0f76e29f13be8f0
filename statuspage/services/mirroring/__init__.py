"""Copies of a page that live without us, written on each change."""

from statuspage.services.mirroring.settings import add_mirror, change_mirror, remove_mirror
from statuspage.services.mirroring.turn import write_again, write_due

__all__ = ["add_mirror", "change_mirror", "remove_mirror", "write_again", "write_due"]
