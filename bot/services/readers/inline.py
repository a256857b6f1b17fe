"""What somebody who asks the bot in any chat finds: only what readers can list, and nothing is remembered of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.article import Article
from bot.domain.browsing import Direction, Page, Place, Turn
from bot.domain.chat import Chat
from bot.domain.topic import Topic
from bot.render.picture_choice import candidates
from bot.services.readers.browsing import page_of
from bot.services.readers.searching import found
from bot.store.content import articles, known_topics, media
from bot.store.engine.database import Connection, Database
from bot.store.readers import browsing, chats

_NUMBER = re.compile(r"#([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """An article that can be passed on. `topic` is the first of its topics that readers know; None: it has none.

    `picture` is the public address of its picture; None where it has none that Telegram may take.
    """

    article: Article
    topic: Topic | None
    picture: str | None


async def find(
    db: Database, person: int, words: str, *, size: int, after: Place | None = None
) -> tuple[list[Found], Place | None, Chat | None]:
    """Return a page of what `words` find, newest first, and the place after which the next one begins, if any.

    Without words that is all there is, and `#412` is the article of that number. The third is the person's own chat
    with the bot, None when they never had one.
    """
    turn = None if after is None else Turn(Direction.OLDER, after)
    async with db.reading() as conn:
        page = await _page(conn, person, words.strip(), size, turn)
        if turn is not None and page.newer is None:
            page = Page()  # it began anew, for want of anything older
        known = await known_topics.known_to(conn, person)
        shown = [
            Found(
                article,
                next((known[topic] for topic in article.topics if topic in known), None),
                await _picture(conn, article),
            )
            for article in page.articles
        ]
        return shown, page.older, await chats.chat(conn, person)


async def _page(conn: Connection, person: int, words: str, size: int, turn: Turn | None) -> Page:
    if (numbered := _NUMBER.fullmatch(words)) is not None:
        named = [one for one in await articles.articles(conn, [int(numbered[1])]) if one.is_listed]
        if named:
            return Page(tuple(named))
    if words:
        return await found(conn, person, words, size=size, turn=turn)

    async def newest(turn: Turn | None, limit: int) -> list[Place]:
        return await browsing.latest(conn, turn, limit, topics=None)

    return await page_of(conn, newest, size, turn)


async def _picture(conn: Connection, article: Article) -> str | None:
    if not article.story.pictures:
        return None
    wanted = candidates(article, await articles.banners(conn, article.number))
    known = await media.known(conn, [picture.url for picture in wanted])
    # What has no file id though it is known was refused.
    public = [one for one in wanted if not one.is_local and one.file_id is None]
    usable = (one.url for one in public if known.get(one.url, "") is not None)
    return next(usable, None)
