class EmbeddedError(Exception):
    """A reason the embedded servers cannot run, written for the person at the terminal."""
