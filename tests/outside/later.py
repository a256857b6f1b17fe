"""`newsbot run` with a clock that is put forward by as many seconds as the file named on the command line holds."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot import app, logs
from bot.settings import read_settings

try:
    from bot.event_loop import run_loop
except ImportError:  # an older build, whose stories are compared with ours (`tests/bench/same_story.py`)
    run_loop = vars(app)["run_loop"]


def main() -> int:
    put_forward = Path(sys.argv[1])

    def clock() -> datetime:
        return app.utc_now() + timedelta(seconds=float(put_forward.read_text()))

    settings = read_settings()
    logs.configure(*settings.log)
    return run_loop(app.run(settings, clock=clock))


if __name__ == "__main__":
    sys.exit(main())
