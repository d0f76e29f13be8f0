"""What happened in a room, at any moment of it: rows of the log, who was there, and how it stood.

Everything comes from the facts of the incident; only who was there is kept beside them.
"""
