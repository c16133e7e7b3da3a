"""The shelf of folds: one file each, agreed name ``FOLD`` (contract: :mod:`zhengming.screening.fold`)."""
