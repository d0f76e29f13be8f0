"""From rows to bytes: what the public pages say, and how it is laid out.

`view` reads the rows, `days` counts, `pages` renders. Nothing here writes.
"""
