"""`newsbot run` on a machine whose clock differs by as many seconds as the command line says."""

from __future__ import annotations

import sys
from datetime import timedelta

from bot import app, event_loop, logs
from bot.settings import read_settings


def main() -> int:
    differs, right = timedelta(seconds=float(sys.argv[1])), app.utc_now
    app.utc_now = lambda: right() + differs  # the one place that reads it
    settings = read_settings()
    logs.configure(*settings.log)
    return event_loop.run_loop(app.run(settings))


if __name__ == "__main__":
    sys.exit(main())
