"""Phrases that a chat follows or never wants, and sources it never wants: each change is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.phrases import MAX_PHRASES, KnownPhrase, Phrase, PhraseFault, WrittenPhrases, phrase
from bot.domain.search_terms import source_key
from bot.services.readers.subscribing import MUTE_LASTS
from bot.store.engine.database import Database
from bot.store.readers import closed_threads, phrases, subscriptions

MAX_SOURCES = 200
"""Sources that a chat never wants."""


async def follow(db: Database, chat: int, written: Iterable[str], *, thread: int, now: datetime) -> WrittenPhrases:
    """Follow phrases, in this thread of a forum."""
    meant, faults = _sorted(written)
    if not meant:
        return WrittenPhrases(faults=faults)
    async with db.transaction() as conn:
        before = await phrases.of_chat(conn, chat, now)
        followed, unwanted = _by_forms(before.followed), _by_forms(before.unwanted)
        fresh: list[KnownPhrase] = []
        moved: list[KnownPhrase] = []
        same: list[KnownPhrase] = []
        surplus = []
        for one in meant:
            known = followed.get(one.forms)
            if known is None and len(before.followed) + len(fresh) >= MAX_PHRASES:
                surplus.append(one.words)
                continue
            taken = known or await phrases.learn(conn, one)
            is_elsewhere = await phrases.follow(conn, chat, taken.number, thread, now)
            if known is None:
                fresh.append(taken)
            else:
                (moved if is_elsewhere else same).append(taken)
        if thread and (fresh or moved):  # should it still be closed, they are told of it again
            await closed_threads.end(conn, [(chat, thread)])
    refused = tuple(unwanted[one.forms] for one in meant if one.forms in unwanted)
    return WrittenPhrases(tuple(fresh), tuple(same), tuple(moved), refused, faults, tuple(surplus))


async def unfollow(db: Database, chat: int, written: Iterable[str], *, now: datetime) -> WrittenPhrases:
    """Follow phrases no longer, however they are written now; those that were not followed are `unchanged`."""
    meant, faults = _sorted(written)
    async with db.transaction() as conn:
        followed = _by_forms((await phrases.of_chat(conn, chat, now)).followed)
        gone = [followed[one.forms] for one in meant if one.forms in followed]
        for known in gone:
            await phrases.unfollow(conn, chat, known.number, now)
    others = tuple(KnownPhrase(0, one.words) for one in meant if one.forms not in followed)
    return WrittenPhrases(changed=tuple(gone), unchanged=others, faults=faults)


async def followed_among(db: Database, chat: int, names: Iterable[str], *, now: datetime) -> set[str]:
    """Return which of these names are phrases that a chat follows, however they are written."""
    async with db.reading() as conn:
        followed = _by_forms((await phrases.of_chat(conn, chat, now)).followed)
    return {name for name in names if isinstance(one := phrase(name), Phrase) and one.forms in followed}


async def never(db: Database, chat: int, written: Iterable[str], *, now: datetime) -> WrittenPhrases:
    """Never again send a chat what holds one of these phrases."""
    meant, faults = _sorted(written)
    if not meant:
        return WrittenPhrases(faults=faults)
    async with db.transaction() as conn:
        before = (await phrases.of_chat(conn, chat, now)).unwanted
        unwanted = _by_forms(before)
        fresh: list[KnownPhrase] = []
        same, surplus = [], []
        for one in meant:
            if one.forms in unwanted:
                same.append(unwanted[one.forms])
            elif len(before) + len(fresh) >= MAX_PHRASES:
                surplus.append(one.words)
            else:
                known = await phrases.learn(conn, one)
                await phrases.refuse(conn, chat, known.number)
                fresh.append(known)
    return WrittenPhrases(tuple(fresh), tuple(same), faults=faults, surplus=tuple(surplus))


async def never_from(db: Database, chat: int, name: str) -> str | None:
    """Never again send a chat anything from the source of a name or domain; return it folded.

    A source nobody knows yet is taken too. None when a chat has as many as it may have.
    """
    source = source_key(name)
    async with db.transaction() as conn:
        unwanted = await subscriptions.unwanted_sources(conn, chat)
        if len(unwanted) >= MAX_SOURCES and all(source != known for known, _ in unwanted):
            return None
        await subscriptions.refuse_source(conn, chat, source, name)
        return source


async def let_go(db: Database, chat: int, number: int, *, now: datetime) -> KnownPhrase | None:
    """Follow the phrase of a button no longer; None when it is none of this chat's."""
    async with db.transaction() as conn:
        known = await phrases.of_button(conn, chat, number)
        if known is not None:
            await phrases.unfollow(conn, chat, number, now)
        return known


async def take_back(db: Database, chat: int, number: int) -> KnownPhrase | None:
    """Follow the phrase of a button again, which the chat let go a short while ago; None when it cannot be told."""
    async with db.transaction() as conn:
        known = await phrases.of_button(conn, chat, number)
        return known if known is not None and await phrases.refollow(conn, chat, number) else None


async def mute(db: Database, chat: int, number: int, *, now: datetime) -> tuple[KnownPhrase, datetime] | None:
    """Let a followed phrase bring nothing for a day; return it and until when, None when it is not followed."""
    until = now + MUTE_LASTS
    async with db.transaction() as conn:
        known = await phrases.of_button(conn, chat, number)
        return (known, until) if known is not None and await phrases.mute(conn, chat, number, until) else None


async def unmute(db: Database, chat: int, number: int) -> KnownPhrase | None:
    """Let a muted phrase bring news again; None when it is not followed."""
    async with db.transaction() as conn:
        known = await phrases.of_button(conn, chat, number)
        return known if known is not None and await phrases.mute(conn, chat, number, None) else None


async def allow(db: Database, chat: int, number: int) -> KnownPhrase | None:
    """Send a chat again what holds the phrase of a button; None when it is none of this chat's."""
    async with db.transaction() as conn:
        known = await phrases.of_button(conn, chat, number)
        return known if known is not None and await phrases.allow(conn, chat, number) else None


def _sorted(written: Iterable[str]) -> tuple[list[Phrase], tuple[tuple[str, PhraseFault], ...]]:
    """Return the phrases that somebody wrote, each once, and what is none, with the reason."""
    meant: dict[tuple[str, ...], Phrase] = {}
    faults: dict[str, PhraseFault] = {}
    for words in written:
        match phrase(words):
            case Phrase() as one:
                meant.setdefault(one.forms, one)
            case PhraseFault() as fault:
                faults.setdefault(words, fault)
    return list(meant.values()), tuple(faults.items())


def _by_forms(known: Sequence[KnownPhrase]) -> dict[tuple[str, ...], KnownPhrase]:
    """Return phrases by what they find."""
    return {one.forms: known_one for known_one in known if isinstance(one := phrase(known_one.words), Phrase)}
