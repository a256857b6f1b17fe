"""`newsbot run` that never looks by itself at whether others have written: it knows only what it hears."""

from __future__ import annotations

import sys
from math import inf

from bot import app, background, event_loop, logs
from bot.settings import read_settings


def main() -> int:
    background.POLL_INTERVAL = inf
    settings = read_settings()
    logs.configure(*settings.log)
    return event_loop.run_loop(app.run(settings))


if __name__ == "__main__":
    sys.exit(main())
