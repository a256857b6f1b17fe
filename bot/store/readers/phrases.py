"""
Phrases that chats follow or never want: one row for each phrase as somebody wrote it, one for each chat that has it.

A text is asked once for all phrases there are, by the stretches of its words that a phrase can begin with; so what it
costs depends on the text and not on how many phrases there are. Who gets the article is then a question of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.phrases import ChatPhrases, KnownPhrase, Passage, Phrase
from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list

KEPT_FOR_UNDO = timedelta(days=1)
"""How long it is known that a chat followed a phrase, so that an undo brings it back."""
_DROPPED_AT_ONCE = 100  # phrases


async def of_chat(conn: Connection, chat: int, now: datetime) -> ChatPhrases:
    """Return the phrases of a chat, by their words; mutes that are over are left out."""
    followed = await conn.execute_fetchall(
        """
        SELECT p.number, p.words, f.muted_until
        FROM followed_phrases AS f CROSS JOIN phrases AS p ON p.number = f.phrase
        WHERE f.chat = :chat AND f.let_go_at IS NULL ORDER BY p.words
        """,
        {"chat": chat},
    )
    unwanted = await conn.execute_fetchall(
        """
        SELECT p.number, p.words FROM unwanted_phrases AS u CROSS JOIN phrases AS p ON p.number = u.phrase
        WHERE u.chat = :chat ORDER BY p.words
        """,
        {"chat": chat},
    )
    return ChatPhrases(
        followed=tuple(KnownPhrase(row["number"], row["words"]) for row in followed),
        muted={
            row["number"]: moment(row["muted_until"])
            for row in followed
            if row["muted_until"] is not None and row["muted_until"] > epoch(now)
        },
        unwanted=tuple(KnownPhrase(row["number"], row["words"]) for row in unwanted),
    )


async def of_button(conn: Connection, chat: int, number: int) -> KnownPhrase | None:
    """Return a phrase that a chat follows, followed a short while ago, or never wants; None for any other."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, words FROM phrases AS p WHERE number = :number AND (
            EXISTS (SELECT 1 FROM followed_phrases AS f WHERE f.phrase = p.number AND f.chat = :chat)
            OR EXISTS (SELECT 1 FROM unwanted_phrases AS u WHERE u.phrase = p.number AND u.chat = :chat)
        )
        """,
        {"number": number, "chat": chat},
    )
    return next((KnownPhrase(row["number"], row["words"]) for row in rows), None)


async def learn(conn: Connection, phrase: Phrase) -> KnownPhrase:
    """Return a phrase as it is known, remembering it if it is new."""
    await conn.execute(
        "INSERT INTO phrases (words, forms) VALUES (:words, :forms) ON CONFLICT (words) DO NOTHING",
        {"words": phrase.words, "forms": _stored(phrase)},
    )
    [row] = await conn.execute_fetchall("SELECT number FROM phrases WHERE words = :words", {"words": phrase.words})
    number = int(row["number"])
    await conn.executemany(
        "INSERT INTO phrase_beginnings (beginning, phrase) VALUES (:beginning, :phrase) ON CONFLICT DO NOTHING",
        [{"beginning": beginning, "phrase": number} for beginning in phrase.beginnings],
    )
    return KnownPhrase(number, phrase.words)


async def follow(conn: Connection, chat: int, phrase: int, thread: int, now: datetime) -> bool:
    """Follow a phrase in this thread and no other. Who followed it before keeps the time since when; a mute ends.

    Return whether that changes where its news goes.
    """
    rows = await conn.execute_fetchall(
        "SELECT thread FROM followed_phrases WHERE phrase = :phrase AND chat = :chat AND let_go_at IS NULL",
        {"phrase": phrase, "chat": chat},
    )
    before = [int(row["thread"]) for row in rows]
    await conn.execute(
        """
        INSERT INTO followed_phrases (phrase, chat, thread, since) VALUES (:phrase, :chat, :thread, :now)
        ON CONFLICT (phrase, chat) DO UPDATE SET thread = excluded.thread, muted_until = NULL, let_go_at = NULL,
            since = CASE WHEN followed_phrases.let_go_at IS NULL THEN followed_phrases.since
                ELSE excluded.since END
        """,
        {"phrase": phrase, "chat": chat, "thread": thread, "now": epoch(now)},
    )
    return before != [thread]


async def unfollow(conn: Connection, chat: int, phrase: int, now: datetime) -> bool:
    """Follow a phrase no longer; return whether it was followed. What was let go long ago is forgotten."""
    gone = await conn.execute(
        """
        UPDATE followed_phrases SET let_go_at = :now WHERE phrase = :phrase AND chat = :chat AND let_go_at IS NULL
        """,
        {"phrase": phrase, "chat": chat, "now": epoch(now)},
    )
    rows = await conn.execute_fetchall(
        "SELECT phrase, chat FROM followed_phrases WHERE let_go_at <= :before LIMIT :limit",
        {"before": epoch(now - KEPT_FOR_UNDO), "limit": _DROPPED_AT_ONCE},
    )
    await conn.executemany("DELETE FROM followed_phrases WHERE phrase = ? AND chat = ?", [tuple(row) for row in rows])
    await _drop(conn, [int(row["phrase"]) for row in rows])
    return gone > 0


async def refollow(conn: Connection, chat: int, phrase: int) -> bool:
    """Undo an unfollow: the phrase is followed where and since when it was. Return whether it still can be."""
    done = await conn.execute(
        "UPDATE followed_phrases SET let_go_at = NULL WHERE phrase = :phrase AND chat = :chat",
        {"phrase": phrase, "chat": chat},
    )
    return done > 0


async def mute(conn: Connection, chat: int, phrase: int, until: datetime | None) -> bool:
    """Let a followed phrase bring nothing until then; None: let it bring news again. Return whether it is followed."""
    done = await conn.execute(
        """
        UPDATE followed_phrases SET muted_until = :until WHERE phrase = :phrase AND chat = :chat AND let_go_at IS NULL
        """,
        {"phrase": phrase, "chat": chat, "until": until and epoch(until)},
    )
    return done > 0


async def refuse(conn: Connection, chat: int, phrase: int) -> bool:
    """Never again send the chat what holds a phrase; return whether that is new."""
    added = await conn.execute(
        "INSERT INTO unwanted_phrases (phrase, chat) VALUES (:phrase, :chat) ON CONFLICT DO NOTHING",
        {"phrase": phrase, "chat": chat},
    )
    return added > 0


async def allow(conn: Connection, chat: int, phrase: int) -> bool:
    """Send the chat again what holds a phrase; return whether it was never wanted."""
    gone = await conn.execute(
        "DELETE FROM unwanted_phrases WHERE phrase = :phrase AND chat = :chat", {"phrase": phrase, "chat": chat}
    )
    await _drop(conn, [phrase])
    return gone > 0


async def forget_chat(conn: Connection, chat: int) -> None:
    """Delete what a chat follows and never wants, and every phrase that no other chat has."""
    rows = await conn.execute_fetchall(
        """
        SELECT phrase FROM followed_phrases WHERE chat = :chat
        UNION SELECT phrase FROM unwanted_phrases WHERE chat = :chat
        """,
        {"chat": chat},
    )
    await conn.execute("DELETE FROM followed_phrases WHERE chat = :chat", {"chat": chat})
    await conn.execute("DELETE FROM unwanted_phrases WHERE chat = :chat", {"chat": chat})
    await _drop(conn, [int(row["phrase"]) for row in rows])


async def found_in(conn: Connection, passage: Passage) -> list[KnownPhrase]:
    """Return every known phrase that a text holds, the longest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT DISTINCT p.number, p.words, p.forms FROM json_each(:beginnings) AS begins
        CROSS JOIN phrase_beginnings AS b ON b.beginning = begins.value
        CROSS JOIN phrases AS p ON p.number = b.phrase
        """,
        {"beginnings": text_list(sorted(passage.beginnings))},
    )
    held = [
        (-len(forms[0]), int(row["number"]), str(row["words"]))
        for row in rows
        if passage.holds(forms := row["forms"].split("\n"))
    ]
    return [KnownPhrase(number, words) for _, number, words in sorted(held)]


async def newest(conn: Connection) -> int:
    """Return the number of the phrase that was learnt last; 0 when none ever was."""
    rows = await conn.execute_fetchall("SELECT last FROM numbers_given WHERE name = 'phrases'")
    return next((int(row["last"]) for row in rows), 0)


async def refused_since(conn: Connection, newest: int, chats: Sequence[int], passage: Passage) -> set[int]:
    """Return which of these chats never want a text for a phrase that was learnt after the phrase `newest`."""
    rows = await conn.execute_fetchall(
        """
        SELECT u.chat, p.forms FROM phrases AS p CROSS JOIN unwanted_phrases AS u ON u.phrase = p.number
        WHERE p.number > :newest AND u.chat IN (SELECT value FROM json_each(:chats))
        """,
        {"newest": newest, "chats": number_list(chats)},
    )
    return {int(row["chat"]) for row in rows if passage.holds(row["forms"].split("\n"))}


async def _drop(conn: Connection, phrases: Sequence[int]) -> None:
    """Delete those of these phrases that no chat has."""
    gone = number_list(await _nobodys(conn, phrases))
    for statement in (
        "DELETE FROM phrase_beginnings WHERE phrase IN (SELECT value FROM json_each(:gone))",
        "DELETE FROM phrases WHERE number IN (SELECT value FROM json_each(:gone))",
    ):
        await conn.execute(statement, {"gone": gone})


async def _nobodys(conn: Connection, phrases: Sequence[int]) -> list[int]:
    """Return which of these phrases no chat has."""
    rows = await conn.execute_fetchall(
        """
        SELECT number FROM phrases WHERE number IN (SELECT value FROM json_each(:phrases))
          AND NOT EXISTS (SELECT 1 FROM followed_phrases AS f WHERE f.phrase = number)
          AND NOT EXISTS (SELECT 1 FROM unwanted_phrases AS u WHERE u.phrase = number)
        """,
        {"phrases": number_list(phrases)},
    )
    return [int(row["number"]) for row in rows]


def _stored(phrase: Phrase) -> str:
    return "\n".join(phrase.forms)
