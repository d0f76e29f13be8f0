"""The public door: status pages as bytes from memory, past Django's request path.

No request waits for PostgreSQL. One task an event loop looks there once a second for snapshots
that are new; what it finds is compressed once, kept in memory and on disk, and sent as it is.
"""

from statuspage.door.asgi import StatusDoor

status_door = StatusDoor()

__all__ = ["StatusDoor", "status_door"]
