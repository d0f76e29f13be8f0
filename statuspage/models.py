"""Rows of the spoke."""
