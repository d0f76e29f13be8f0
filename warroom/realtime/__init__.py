"""From a committed fact to the sockets of a room, and what is never kept: presence and typing."""
