"""Post-mortems and action items for programs."""
