"""The shelf of upstream protocols: one file each, defining ``PROTOCOL``."""
