class CannotStart(Exception):
    """Why the product cannot start here, as one line for the person at the terminal."""
