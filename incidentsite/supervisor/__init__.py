"""One command for one machine: starts every process of the product and keeps it running.

The supervisor itself stays small and never loads Django, so that it is up at once and has little
that could fail. `up.py` says what is started and in which order; everything else is mechanism.
"""
