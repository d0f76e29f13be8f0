"""The API of runbooks and their runs."""
