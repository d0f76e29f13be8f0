"""Pages of heartbeats: the list, one with its pings and its set-up, and the form."""
