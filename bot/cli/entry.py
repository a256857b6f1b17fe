"""
Where a command begins and how it ends: the exit status, and errors as one line instead of a traceback.

A bot that runs for months is not to hold what reads command lines, so `newsbot run` is known here by itself.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli.process import DONE, INTERRUPTED, WRONG, run, wrong
from bot.errors import BotError


def run_command(arguments: Sequence[str]) -> int:
    """Run `newsbot` with these arguments and return the exit status.

    0: done. 1: something in the input was refused. 2: wrong usage or configuration, or a database that cannot be used.
    """
    _open_streams()
    status = DONE
    try:
        status = _status_of(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _print_nowhere()  # whoever read has had enough
        return DONE
    except OSError as error:
        # The output is full. What it did not take is still to be flushed, and may have been complained about already.
        _print_nowhere()
        return status if status == WRONG else wrong(error.strerror or str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _print_nowhere() -> None:
    """Let Python flush what is left of the output at its end without one more complaint.

    Source: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    """Have all three streams, and let no title fail for an alphabet that the terminal does not have.

    Whoever starts a command may have closed some; the next file opened would take their place.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  for as long as the process lives
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as the standard error does by itself


def _status_of(arguments: Sequence[str]) -> int:
    try:
        if list(arguments) == ["run"]:
            return run()
        from bot.cli.commands.app import invoke

        return invoke(arguments)
    except BotError as error:
        return wrong(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return wrong(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
