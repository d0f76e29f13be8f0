"""The engine: a loop over modules in a fixed order. It needs PostgreSQL and nothing else.

Each module has a lock of its own, so that several engines may run, a guard against errors, and a
row that says when it last passed.
"""
