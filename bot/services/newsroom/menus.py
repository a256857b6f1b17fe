"""Which command menus Telegram was told last, so that it is told again only what changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.domain.chat import Chat
from bot.domain.role import Role
from bot.store.desk import editors
from bot.store.engine import metadata
from bot.store.engine.database import Database
from bot.store.readers import chats

MENUS = "menus"
EDITORS_MENUS = "editors_menus"


@dataclass(frozen=True, slots=True)
class EditorsMenus:
    """Everybody with a role, their own chats with the bot, and the digest of the menu that each was given."""

    people: dict[int, Role]
    chats: dict[int, Chat]
    told: dict[int, str]


async def readers_told(db: Database) -> str | None:
    """Return the digest of what Telegram was told for everybody; None when it was told nothing yet."""
    async with db.reading() as conn:
        return await metadata.get(conn, MENUS)


async def remember_readers(db: Database, digest: str) -> None:
    async with db.transaction() as conn:
        await metadata.put(conn, MENUS, digest)


async def editors_told(db: Database, admins: frozenset[int]) -> EditorsMenus:
    """Return who is to have an editors' menu, and who has which."""
    async with db.reading() as conn:
        people = await editors.editors(conn, admins)
        known = {person: chat for person in people if (chat := await chats.chat(conn, person)) is not None}
        told: dict[str, str] = json.loads(await metadata.get(conn, EDITORS_MENUS) or "{}")
    return EditorsMenus(people, known, {int(person): digest for person, digest in told.items()})


async def remember_editors(db: Database, told: dict[int, str]) -> None:
    async with db.transaction() as conn:
        await metadata.put(conn, EDITORS_MENUS, json.dumps(told))
