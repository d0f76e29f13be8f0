"""Pages of noise reduction: silences, maintenance windows, grouping and inhibitions."""
