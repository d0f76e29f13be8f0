"""The pages of the spoke. A view finds or 404s, calls one verb, renders one template."""
