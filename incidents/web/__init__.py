"""The pages of the hub. A view finds or 404s, calls one verb, renders one template."""
