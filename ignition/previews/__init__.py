"""Previews with no credentials."""
