"""A shelf: one file for each command. The contract is :mod:`zhengming.cli.command`."""
