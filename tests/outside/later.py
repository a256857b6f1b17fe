"""`newsbot run` with a clock that is put forward by as many seconds as the file named on the command line holds."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot import app, event_loop, logs
from bot.settings import read_settings


def main() -> int:
    put_forward = Path(sys.argv[1])

    def clock() -> datetime:
        return app.utc_now() + timedelta(seconds=float(put_forward.read_text()))

    settings = read_settings()
    logs.configure(*settings.log)
    return event_loop.run_loop(app.run(settings, clock=clock))


if __name__ == "__main__":
    sys.exit(main())
