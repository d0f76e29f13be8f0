"""The kinds of rule, one a file."""
