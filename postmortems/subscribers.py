"""What the spoke hears of: its own facts, which must be known wherever facts are read."""

from postmortems import events  # noqa: F401  # registers the fact types
