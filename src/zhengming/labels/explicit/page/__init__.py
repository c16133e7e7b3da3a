"""Explicit labels on pages: PDF and Office documents."""
