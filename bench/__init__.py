"""`make bench`: each figure beside its baseline, measured in one run on one machine."""
