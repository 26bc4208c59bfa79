"""Container registry."""
