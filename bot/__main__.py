"""The entry point of the `newsbot` command and of `python -m bot`."""

import sys

from bot.cli.entry import run_command
from bot.time_zone_rules import use_newest


def main() -> None:
    """Run the `newsbot` command and leave with its exit status."""
    use_newest()
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
