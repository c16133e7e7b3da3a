"""The shelf of traces: one file each, agreed name ``TRACE`` (contract: :mod:`zhengming.labels.trace`)."""
