"""WebSockets: plain ASGI applications, so that no socket depends on the Channels layer."""
