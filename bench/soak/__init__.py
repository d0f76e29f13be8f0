"""A room full of people for half an hour, while connections break and the web process is killed."""
