"""`setup`, `run`, `sandbox`, `pause`, `resume`: the bot itself."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import process


def setup() -> int:
    """Ask for the bot's token, and make you its owner.

    The token is not shown; it is tried, and written to .env. Prints a one-time link that makes you the owner."""
    from bot.cli import setup

    return setup.setup()


def run() -> int:
    """Run the bot until it is told to stop (Ctrl-C, SIGTERM)."""
    return process.run()


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the chat page on 127.0.0.1.")] = 8081,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the sandbox's database for the next time.")] = False,
    tour: Annotated[
        str | None,
        typer.Option(metavar="[NAME]", help="Play a tour without a browser, print it and exit.", show_default=False),
    ] = None,
) -> int:
    """Try newsbot in the browser: no token, no internet."""
    from bot.cli import running

    return running.sandbox(port, keep=keep, tour=tour)


def pause() -> int:
    """Hold all pushes; replies go on."""
    from bot.cli import pausing

    return pausing.pause()


def resume() -> int:
    """Release the pushes that `pause` holds."""
    from bot.cli import pausing

    return pausing.resume()
