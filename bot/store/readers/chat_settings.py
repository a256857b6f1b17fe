"""What the people of a chat have set for it. What is set and what it means: `domain.chat`."""

from __future__ import annotations

from bot.domain.chat import DigestForm, Pictures
from bot.domain.parts import Parts
from bot.store.engine.database import Connection
from bot.store.readers import timings, topic_wishes
from bot.store.readers.chats import chat


async def set_language(conn: Connection, id: int, language: str) -> None:
    """Set the language that the chat's people chose."""
    await conn.execute(
        "UPDATE chats SET language = :language, language_chosen = 1 WHERE id = :id", {"id": id, "language": language}
    )


async def unset_language(conn: Connection, id: int) -> None:
    """Take back that a language was chosen. The one that stands stays until another is followed."""
    await conn.execute("UPDATE chats SET language_chosen = 0 WHERE id = :id", {"id": id})


async def follow_language(conn: Connection, id: int, language: str) -> None:
    """Set the language of the person's client. One that was chosen stays."""
    await conn.execute(
        "UPDATE chats SET language = :language WHERE id = :id AND language_chosen = 0",
        {"id": id, "language": language},
    )


async def set_zone(conn: Connection, id: int, zone: str | None) -> None:
    """Set the zone of the chat's times to an IANA name; None means the operator's zone."""
    known = await chat(conn, id)
    await conn.execute("UPDATE chats SET zone = :zone WHERE id = :id", {"id": id, "zone": zone})
    if known is not None and not known.timing.is_at_once:
        await timings.choose(conn, id, known.timing)
    await topic_wishes.renew(conn, id)


async def set_pictures(conn: Connection, id: int, pictures: Pictures) -> None:
    await conn.execute("UPDATE chats SET pictures = :pictures WHERE id = :id", {"id": id, "pictures": pictures})


async def set_silent(conn: Connection, id: int, silent: bool) -> None:
    await conn.execute("UPDATE chats SET silent = :silent WHERE id = :id", {"id": id, "silent": silent})


async def set_parts(conn: Connection, id: int, parts: Parts | None) -> None:
    """Set the parts of the chat's pushes; None means the operator's."""
    stored = None if parts is None else ",".join(parts)
    await conn.execute("UPDATE chats SET parts = :parts WHERE id = :id", {"id": id, "parts": stored})


async def set_linked_channel(conn: Connection, id: int, channel: int | None) -> None:
    """Set the channel whose posts Telegram brings into a group; None: there is none."""
    await conn.execute("UPDATE chats SET linked_channel = :channel WHERE id = :id", {"id": id, "channel": channel})


async def set_repeats_channel(conn: Connection, id: int, repeats: bool) -> None:
    """Set whether a group also gets by itself what its linked channel has posted."""
    await conn.execute("UPDATE chats SET repeats_channel = :repeats WHERE id = :id", {"id": id, "repeats": repeats})


async def set_digest(conn: Connection, id: int, digest: DigestForm) -> None:
    """Set how lists of news look in the chat."""
    await conn.execute("UPDATE chats SET digest = :digest WHERE id = :id", {"id": id, "digest": digest})


async def set_announcements(conn: Connection, id: int, wanted: bool) -> None:
    await conn.execute("UPDATE chats SET announcements = :wanted WHERE id = :id", {"id": id, "wanted": wanted})


async def set_breaking(conn: Connection, id: int, allowed: bool) -> None:
    """Let breaking news come to a chat at once, whatever its times say; or not."""
    await conn.execute("UPDATE chats SET breaking = :allowed WHERE id = :id", {"id": id, "allowed": allowed})


async def set_quality(conn: Connection, id: int, least: int | None) -> None:
    """Set the least quality of an article that comes to a chat; None: any."""
    await conn.execute("UPDATE chats SET quality = :least WHERE id = :id", {"id": id, "least": least})
