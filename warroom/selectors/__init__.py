"""Reads of the room, each with a known number of queries."""
