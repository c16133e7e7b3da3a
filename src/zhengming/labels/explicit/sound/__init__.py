"""Explicit labels in sound: spoken or as the rhythm, before or after the content."""
