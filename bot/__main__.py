"""Where the command starts."""


def main() -> None:
    """Run the `newsbot` command."""
