"""What every command shares, and little enough for a bot that runs for months: exit statuses, and being the bot."""

from __future__ import annotations

import gc
import signal
import sys

DONE, REFUSED, WRONG, INTERRUPTED = 0, 1, 2, 130


def run() -> int:
    """Be the bot until told to stop."""
    _end_when_told()
    # What is loaded lives as long as the process: looking for garbage in it took a tenth of the loading.
    gc.disable()
    from bot.cli import running

    return running.run()


def _end_when_told() -> None:
    """Exit with 0 when told to stop while the bot is still being loaded; from then on its event loop listens."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(DONE))


def wrong(reason: str) -> int:
    """Say why a command could not be carried out at all, and return its exit status."""
    from bot.cli.shell import printable

    print(printable(f"newsbot: {' '.join(reason.split())}"), file=sys.stderr)
    return WRONG
