class CannotStart(Exception):  # noqa: N818  it names a reason, read as one
    """Why the product cannot start here, as one line for the person at the terminal."""
