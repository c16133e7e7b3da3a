"""Floor 3: what is kept of who and what (Art. 9, 10.3, 14.2, 15.2, 19, 21), and the snapshot that admission reads.

:mod:`~zhengming.records.policy` is pure and needs no database; the rest stands on Django without a project folder.
"""
