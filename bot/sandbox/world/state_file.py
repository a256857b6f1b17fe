"""
The sandbox's state on disk, beside a database that is kept between runs: people, chats, and the bot's memberships.

The real Telegram remembers memberships and blocks; without them the bot would have groups in its database that do not
know it. Conversations and files are not kept. Message numbers go on from where they were, because the bot remembers
which message a delivery became, and must not find another one under that number.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandbox.world.people import Chat, Person
from bot.sandbox.world.world import World

WRITE_INTERVAL = 1.0  # seconds; a change after a quiet second is written at once
SKIPPED_NUMBERS = 1000
"""Message numbers left out after a restart: more than can be sent between the last write and a kill."""

log = logging.getLogger(__name__)


class UnreadableState(Exception):
    """A file that does not hold what `keeping` writes; says which part, in one line."""


class _State(BaseModel):
    """What the file holds. `chats` are those that people share, `last_numbers` as in `History`."""

    model_config = ConfigDict(strict=True, extra="forbid")

    version: Literal[1] = 1
    people: list[Person]
    chats: list[Chat]
    last_numbers: dict[int, int]


def recall(world: World, file: Path) -> bool:
    """Restore people and chats from `file`; return whether there is such a file.

    Those that are not in the file stay as they are.
    Raises: UnreadableState, before anything is changed.
    """
    try:
        state = _State.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UnreadableState(error.strerror or "cannot be read") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableState(f"{place}: {first['msg']}" if place else first["msg"]) from error
    for person in state.people:
        world.settle(person)
    for chat in state.chats:
        world.open_chat(chat)
    world.history.number_after({chat: last + SKIPPED_NUMBERS for chat, last in state.last_numbers.items()})
    return True


@contextlib.asynccontextmanager
async def keeping(world: World, file: Path) -> AsyncIterator[None]:
    """Keep the world's state in `file` while the block runs, and as it is when the block ends."""
    writer = asyncio.create_task(_write_changes(world, file))
    try:
        yield
    finally:
        writer.cancel()
        await asyncio.wait([writer])
        _write(file, _described(world))


async def _write_changes(world: World, file: Path) -> None:
    """Write whenever something happened, at most once in WRITE_INTERVAL."""
    async with world.subscribe() as events:
        written = b""
        while True:
            state = _described(world)
            if state != written:
                writing = asyncio.create_task(asyncio.to_thread(_write, file, state))
                try:
                    await asyncio.shield(writing)
                    written = state
                except asyncio.CancelledError:
                    await asyncio.wait([writing])  # the last write must not meet this one
                    raise
                except OSError as error:
                    log.warning("%s cannot be written: %s", file, error.strerror)
                await asyncio.sleep(WRITE_INTERVAL)
            await anext(events)
            events.forget()


def _described(world: World) -> bytes:
    """Return the state as JSON. Pins are left out: the messages they point at are not kept."""
    state = _State(
        people=list(world.people.values()),
        chats=[chat for chat in world.chats.values() if chat.type != "private"],
        last_numbers=world.history.last_numbers(),
    )
    return state.model_dump_json(exclude={"chats": {"__all__": {"json", "pinned"}}}, indent=1).encode()


def _write(file: Path, state: bytes) -> None:
    """Put the state into the file's place at once: a crash leaves the old one or the new one, whole."""
    new = file.with_name(f"{file.name}.new")
    with open(new, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as written:
        written.write(state)
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
