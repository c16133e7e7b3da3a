"""Shelf: ways to keep a checkpoint elsewhere, one file each, the object called ``ANCHOR``."""
