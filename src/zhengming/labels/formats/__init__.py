"""A shelf: one file for each file format. The contract is :mod:`zhengming.labels.format`."""
