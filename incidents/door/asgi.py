"""The intake door."""
