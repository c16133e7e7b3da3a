"""The entry point: settings are read once, the command line is wired once."""


def main() -> int:
    """Run the command line; the exit status is returned."""
    raise SystemExit("not wired yet")
