"""The shelf of signals: one file each, agreed name ``SIGNAL`` (contract: :mod:`zhengming.screening.signal`)."""
