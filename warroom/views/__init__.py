"""The pages of the room: find or 404, one verb, one template."""
