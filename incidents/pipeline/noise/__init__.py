"""Keeping alerts from becoming noise, with a reason for each that makes no incident.

`judge` is asked about new alerts by intake, `recheck` works off what waits, and the verbs change
the rules. All of it runs where intake runs: one at a time.
"""
