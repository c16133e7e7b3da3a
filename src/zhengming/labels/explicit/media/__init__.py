"""A shelf: one file for each medium that can show an explicit label. The contract is ..labeller."""
