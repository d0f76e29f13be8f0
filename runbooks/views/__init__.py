"""The pages of runbooks: the library, and the runs of an incident."""
