"""`newsbot run` and `newsbot sandbox`: the two commands that run until they are stopped."""

from __future__ import annotations

import logging
import sys

from bot import app, event_loop, logs
from bot.cli.shell import say
from bot.settings import read_settings, warnings

log = logging.getLogger(__name__)


def run() -> int:
    """Run the bot until it is told to stop. The owner link is printed on a terminal only, never logged."""
    settings = read_settings()
    logs.configure(*settings.log)
    for warning in warnings():
        log.warning(warning)
    on_terminal = sys.stdout.isatty()
    return event_loop.run_loop(app.run(settings, greet=_greet if on_terminal else None))


def sandbox(port: int, *, keep: bool, tour: str | None) -> int:
    """Run the bot in the sandbox. `tour` names a tour to play without a browser; None opens the chat page."""
    from bot import sandbox_app

    settings = read_settings()
    logs.configure(*settings.log)
    return event_loop.run_loop(sandbox_app.sandbox(settings, port, keep, tour))


def _greet(link: str) -> None:
    say(f"This bot has no owner yet. Whoever opens this link within 15 minutes becomes it:\n{link}")
