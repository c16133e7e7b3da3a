"""Floor 5: the command line, ``zhengming …``. Each file in :mod:`zhengming.cli.commands` is one command."""
