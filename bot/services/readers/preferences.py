"""How a chat wants its news: one setting, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.chat import Chat, DigestForm, Pictures
from bot.domain.delivery_time import Quiet, Timing
from bot.domain.message import Photo
from bot.domain.parts import Parts
from bot.domain.time_zone import UTC, plain_name
from bot.domain.topic import Topic
from bot.services.delivery.pictures import pictures_of
from bot.store.content import articles, topics
from bot.store.delivery import outbox
from bot.store.engine.database import Connection, Database
from bot.store.readers import browsing, chat_settings, chats, timings, topic_wishes

IN_AN_EXAMPLE = 3


async def set_pictures(db: Database, chat: Chat, pictures: Pictures) -> None:
    async with db.transaction() as conn:
        await chat_settings.set_pictures(conn, chat.id, pictures)


async def set_silent(db: Database, chat: Chat, silent: bool) -> None:
    async with db.transaction() as conn:
        await chat_settings.set_silent(conn, chat.id, silent)


async def set_parts(db: Database, chat: Chat, parts: Parts | None) -> None:
    """`parts` of its pushes; None is the operator's choice."""
    async with db.transaction() as conn:
        await chat_settings.set_parts(conn, chat.id, parts)


async def set_digest(db: Database, chat: Chat, digest: DigestForm) -> None:
    """`digest` is how lists of news look."""
    async with db.transaction() as conn:
        await chat_settings.set_digest(conn, chat.id, digest)


async def example(db: Database) -> tuple[Article, list[Topic]] | None:
    """Return the newest article that readers may see, with its topics; None when there is none."""
    async with db.reading() as conn:
        return next(iter(await _newest(conn, 1)), None)


async def digest_example(
    db: Database, source: PictureSource
) -> tuple[list[tuple[Article, list[Topic]]], dict[int, Photo]]:
    """Return the few newest articles that readers may see, with their topics, and their pictures as far as Telegram
    has them or can fetch them, by number."""
    async with db.reading() as conn:
        newest = await _newest(conn, IN_AN_EXAMPLE)
        ways = [(article.number, (await pictures_of(conn, article, source)).ways.best) for article, _ in newest]
    return newest, {number: way.photo for number, way in ways if way is not None and way.photo is not None}


async def _newest(conn: Connection, many: int) -> list[tuple[Article, list[Topic]]]:
    places = await browsing.latest(conn, None, many, topics=None)
    known = await topics.topics(conn)
    found = await articles.articles(conn, [place.number for place in places])
    return [(article, [known[topic] for topic in article.topics if topic in known]) for article in found]


async def set_announcements(db: Database, chat: Chat, wanted: bool) -> Chat:
    """Return the chat as it stands when it takes what the bot's people write to everybody, or not."""
    async with db.transaction() as conn:
        await chat_settings.set_announcements(conn, chat.id, wanted)
        return await chats.chat(conn, chat.id) or chat


async def set_breaking(db: Database, chat: Chat, allowed: bool, now: datetime) -> Chat:
    """Return the chat as it stands when breaking news passes its times, or not. What waits is asked again."""
    async with db.transaction() as conn:
        await chat_settings.set_breaking(conn, chat.id, allowed)
        await outbox.ask_again(conn, chat.id, now)
        return await chats.chat(conn, chat.id) or chat


async def set_quality(db: Database, chat: Chat, least: int | None) -> Chat:
    """Return the chat as it stands when articles that state a lower quality do not come; None: all come."""
    async with db.transaction() as conn:
        await chat_settings.set_quality(conn, chat.id, least)
        return await chats.chat(conn, chat.id) or chat


async def set_language(db: Database, chat: Chat, language: str) -> None:
    """`language` is one that newsbot speaks."""
    async with db.transaction() as conn:
        await chat_settings.set_language(conn, chat.id, language)


async def follow_client(db: Database, chat: Chat, language: str) -> None:
    """Let a private chat follow its person's client from now on, which speaks `language` at the moment."""
    async with db.transaction() as conn:
        await chat_settings.unset_language(conn, chat.id)
        await chat_settings.follow_language(conn, chat.id, language)


async def set_zone(db: Database, chat: Chat, zone: str | None, now: datetime) -> Chat:
    """Return the chat as it stands by the clock of another zone, an IANA name; None is the operator's.

    What waits for a time of the chat's own waits for that by the new clock from now on.
    """
    async with db.transaction() as conn:
        before = await chats.chat(conn, chat.id) or chat
        await chat_settings.set_zone(conn, chat.id, zone)
        if before.zone != zone and (not before.timing.is_at_once or await topic_wishes.of_chat(conn, chat.id)):
            await timings.count_from(conn, chat.id, now)
            await outbox.ask_again(conn, chat.id, now)
        return await chats.chat(conn, chat.id) or chat


async def set_delivery(db: Database, chat: Chat, timing: Timing, now: datetime) -> Chat:
    """Return the chat as it stands with news at once, calm, hourly or daily. Its quiet hours stay.

    What waits is asked at once when it leaves by the new times. Of what follows a clock, only what comes after that
    counts: nobody who puts the time of a digest back gets one that is over already.
    """
    async with db.transaction() as conn:
        before = await chats.chat(conn, chat.id) or chat
        after = replace(timing, quiet=before.timing.quiet)
        await timings.choose(conn, chat.id, after)
        if not after.follows_clock_of(before.timing):
            await timings.count_from(conn, chat.id, now)
        await outbox.ask_again(conn, chat.id, now)
        return await chats.chat(conn, chat.id) or chat


async def set_quiet(db: Database, chat: Chat, quiet: Quiet | None, now: datetime) -> Chat:
    """Return the chat as it stands with these quiet hours, or none. What waits is asked again when it leaves."""
    async with db.transaction() as conn:
        before = await chats.chat(conn, chat.id) or chat
        await timings.choose(conn, chat.id, replace(before.timing, quiet=quiet))
        await topic_wishes.renew(conn, chat.id)
        await outbox.ask_again(conn, chat.id, now)
        return await chats.chat(conn, chat.id) or chat


@cache
def zones() -> tuple[str, ...]:
    """Return the names of the zones a chat can choose: `UTC` and those of places, in the order of the alphabet."""
    places = (zone for zone in available_timezones() if zone.partition("/")[0] in _REGIONS)
    return (UTC, *sorted(places))


def zone_called(name: str, place: Callable[[str], str]) -> str | None:
    """Return the zone meant by `Europe/Berlin`, `berlin`, `Zürich` or `new york`; None when there is none.

    `place` tells the name of a zone's city in the reader's language.
    """
    if (zone := _by_name().get(name.casefold())) is not None:
        return zone
    wanted = plain_name(name)
    return _by_city().get(wanted) or _by_place(place).get(wanted)


def zones_at(offset: timedelta, now: datetime) -> tuple[str, ...]:
    """Return the zones of places whose clocks are so far ahead of UTC at this moment, by the alphabet."""
    return tuple(zone for zone in zones() if zone != UTC and now.astimezone(ZoneInfo(zone)).utcoffset() == offset)


@cache
def _by_city() -> dict[str, str]:
    """Return the zones by their plain names, and by those of the cities they are named after.

    A zone within a region of a country bears the name of what may be a small town: Petersburg in Indiana. Of such a
    one only the whole name counts.
    """
    found: dict[str, str] = {}
    for zone in zones():
        found.setdefault(plain_name(zone), zone)
        if zone.count("/") < 2:
            found.setdefault(plain_name(zone.rpartition("/")[2]), zone)
    return found


@lru_cache(maxsize=16)  # one for each language
def _by_place(place: Callable[[str], str]) -> dict[str, str]:
    """Return the same zones by the plain names that their cities have in a language."""
    return {plain_name(place(zone)): zone for zone in reversed(zones()) if zone.count("/") < 2}


@cache
def _by_name() -> dict[str, str]:
    """Return every zone with an area in its name, old ones too, by its name in small letters."""
    return {zone.casefold(): zone for zone in available_timezones() if "/" in zone}


# https://data.iana.org/time-zones/theory.html#naming: the areas; the other names are for old programs.
_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)
