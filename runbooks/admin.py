"""Django admin of the spoke."""
