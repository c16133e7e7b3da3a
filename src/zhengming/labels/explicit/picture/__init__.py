"""Explicit labels on pictures: drawn once, placed where it is calm, blended into every kind of picture."""
