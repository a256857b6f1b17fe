"""A chat's export: made of all that is stored about it, kept when it is sent back, and put back when that is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.chat import ChatState
from bot.domain.exported import FORMAT, ChatSettings, Exported, Followed, chat_of, narrowed, read_exported
from bot.domain.phrases import MAX_PHRASES, ChatPhrases, Phrase, phrase
from bot.domain.search_terms import source_key
from bot.services.readers.phrases import MAX_SOURCES
from bot.services.readers.preferences import zones
from bot.services.readers.stories import MAX_STORIES
from bot.store.content import known_topics
from bot.store.delivery import outbox
from bot.store.engine.database import Connection, Database
from bot.store.readers import (
    chat_settings,
    chats,
    export,
    phrases,
    stories,
    subscriptions,
    timings,
    topic_wishes,
    waiting_exports,
)

WAITS_FOR = timedelta(days=1)
"""How long an export that was sent back can be restored; then it is to be sent again."""

_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s{0,99}\{\s{0,99}"newsbot"\s{0,99}:')


@dataclass(frozen=True, slots=True)
class Restored:
    """How much was put back. `unknown` are names of topics that are not here, `no_phrases` what is none (any more).

    `stories` and `saved` are counted where their article is still here. `surplus` is how many phrases and sources were
    more than a chat may have; `paused`: nothing comes by itself now.
    """

    topics: int
    phrases: int
    sources: int
    stories: int
    saved: int
    not_saved: int
    unknown: tuple[str, ...]
    no_phrases: tuple[str, ...]
    surplus: int
    is_paused: bool


async def export_of(db: Database, chat: int, now: datetime) -> dict[str, object]:
    """Return all that is stored about a chat, as a JSON-able document."""
    async with db.reading() as conn:
        stored = await export.export(conn, chat)
    return {"newsbot": {"export": FORMAT, "made_at": now.isoformat(timespec="seconds")}, **stored}


def document_in(data: bytes) -> dict[str, Any] | None:
    """Return the export that a file holds; None when it holds none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of too many digits, or too deep
        return None
    return document if chat_of(document) is not None else None


def begins_export(data: bytes) -> bool:
    """Return whether a file begins as an export does, whatever became of the rest."""
    return _BEGINNING.match(data) is not None


async def keep(db: Database, chat: int, document: Mapping[str, Any], now: datetime) -> int:
    """Keep an export of this chat until somebody says that it is to be restored; return its number for the button."""
    async with db.transaction() as conn:
        await waiting_exports.drop_before(conn, now - WAITS_FOR)
        return await waiting_exports.keep(conn, chat, narrowed(document), now)


async def leave(db: Database, chat: int, number: int) -> None:
    """Keep an export no longer."""
    async with db.transaction() as conn:
        await waiting_exports.take(conn, chat, number)


def understood(document: Mapping[str, Any], languages: Collection[str]) -> Exported:
    """Return what of an export can be put back."""
    return read_exported(document, languages, frozenset(zones()))


async def restore(db: Database, chat: int, number: int, languages: Collection[str], now: datetime) -> Restored | None:
    """Put back what an export holds; None when it waits no longer, or is another chat's.

    What the chat follows now stays. Nothing that was published before comes: it is followed from now on.
    """
    async with db.transaction() as conn:
        await waiting_exports.drop_before(conn, now - WAITS_FOR)
        document = await waiting_exports.take(conn, chat, number)
        if document is None or chat_of(document) != chat:
            return None
        exported = understood(document, languages)
        await _set(conn, chat, exported.settings, now)
        topics, unknown = await _follow_topics(conn, chat, exported, now)
        sources = await _refuse_sources(conn, chat, exported.unwanted_sources)
        followed, faults, surplus = await _take_phrases(conn, chat, exported, now)
        told = await stories.follow_known(conn, chat, exported.stories, now, MAX_STORIES)
        saved = await subscriptions.save_known(conn, chat, exported.saved)
        return Restored(
            topics=topics,
            phrases=followed,
            sources=sources,
            stories=told,
            saved=saved,
            not_saved=len(exported.saved) - saved,
            unknown=unknown,
            no_phrases=faults,
            surplus=surplus + len(exported.unwanted_sources) - sources,
            is_paused=exported.settings.is_paused,
        )


async def _set(conn: Connection, chat: int, settings: ChatSettings, now: datetime) -> None:
    if settings.language is not None:
        await chat_settings.set_language(conn, chat, settings.language)
    await chat_settings.set_zone(conn, chat, settings.zone)
    if settings.pictures is not None:
        await chat_settings.set_pictures(conn, chat, settings.pictures)
    if settings.silent is not None:
        await chat_settings.set_silent(conn, chat, settings.silent)
    await chat_settings.set_parts(conn, chat, settings.parts)
    if settings.digest is not None:
        await chat_settings.set_digest(conn, chat, settings.digest)
    await chat_settings.set_announcements(conn, chat, settings.announcements)
    await chat_settings.set_breaking(conn, chat, settings.breaking)
    await chat_settings.set_quality(conn, chat, settings.quality)
    await timings.choose(conn, chat, settings.timing)
    await topic_wishes.renew(conn, chat)
    await timings.count_from(conn, chat, now)
    await outbox.ask_again(conn, chat, now)
    if settings.is_paused and (settings.paused_until is None or settings.paused_until > now):
        await chats.set_state(conn, chat, ChatState.PAUSED, now, until=settings.paused_until)


async def _follow_topics(conn: Connection, chat: int, exported: Exported, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Follow, leave out and mute topics as an export says; return how many are followed, and names nobody knows."""
    numbers: dict[str, int] = {}
    unknown: dict[str, None] = {}
    for name in (
        *(one.name for one in exported.follows),
        *exported.left_out,
        *(name for name, _ in exported.muted),
        *(name for name, _ in exported.wishes),
    ):
        if name not in numbers:
            topic = await known_topics.named(conn, name, chat)
            if topic is None:
                unknown[name] = None
            else:
                numbers[name] = topic.number
    before = await subscriptions.following(conn, chat, now)
    for one in exported.follows:
        if one.name in numbers and numbers[one.name] not in before.follows:
            await subscriptions.take_in(conn, chat, [numbers[one.name]])
            await subscriptions.follow(conn, chat, numbers[one.name], one.thread, now)
    for name in exported.left_out:
        if name in numbers and numbers[name] not in before.follows:
            await subscriptions.leave_out(conn, chat, numbers[name])
    for name, until in exported.muted:
        if name in numbers and (until is None or until > now):
            await subscriptions.mute(conn, chat, numbers[name], until, now)
    for name, timing in exported.wishes:
        if name in numbers:
            await topic_wishes.choose(conn, chat, numbers[name], timing)
    return len({numbers[one.name] for one in exported.follows if one.name in numbers}), tuple(unknown)


async def _refuse_sources(conn: Connection, chat: int, sources: Iterable[tuple[str, str]]) -> int:
    """Never want these sources, as far as a chat may have as many; return how many of them it never wants now."""
    unwanted = {source for source, _ in await subscriptions.unwanted_sources(conn, chat)}
    done = 0
    for source, name in sources:
        key = source_key(source)
        if key in unwanted or len(unwanted) < MAX_SOURCES:
            await subscriptions.refuse_source(conn, chat, key, name)
            unwanted.add(key)
            done += 1
    return done


async def _take_phrases(
    conn: Connection, chat: int, exported: Exported, now: datetime
) -> tuple[int, tuple[str, ...], int]:
    """Follow and never want phrases; return how many, those that are none, and how many a chat may not have."""
    before = await phrases.of_chat(conn, chat, now)
    followed, unwanted = _forms(before)
    faults: list[str] = []
    done = surplus = 0
    for one, those in (
        *((one, followed) for one in exported.phrases),
        *((Followed(words), unwanted) for words in exported.unwanted_phrases),
    ):
        meant = phrase(one.name)
        if not isinstance(meant, Phrase):
            faults.append(one.name)
        elif meant.forms not in those and len(those) >= MAX_PHRASES:
            surplus += 1
        else:
            known = await phrases.learn(conn, meant)
            if those is unwanted:
                await phrases.refuse(conn, chat, known.number)
            elif meant.forms not in those:
                await phrases.follow(conn, chat, known.number, one.thread, now)
                if one.muted_until is not None and one.muted_until > now:
                    await phrases.mute(conn, chat, known.number, one.muted_until)
            those.add(meant.forms)
            done += 1
    return done, tuple(faults), surplus


def _forms(known: ChatPhrases) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Return the forms of the phrases that a chat follows, and of those it never wants."""
    followed, unwanted = (
        {meant.forms for one in those if isinstance(meant := phrase(one.words), Phrase)}
        for those in (known.followed, known.unwanted)
    )
    return followed, unwanted
