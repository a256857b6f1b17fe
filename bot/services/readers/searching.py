"""
What a reader's question finds, newest first or by relevance, for a chat and for a message in any other chat.

How a question is read stands in `domain.search_question`; here its names are looked up among what the chat may know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import TypeVar

from bot.domain.browsing import Page, Place, Turn
from bot.domain.search_question import LONGEST_NAME, Asks, Term, terms
from bot.services.readers.browsing import Ranking, page_of
from bot.store.content import articles, known_topics, topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import browsing, relevance, searching

_Known = TypeVar("_Known")

MAX_START = 500
"""Places behind which nobody looks for what fits best."""


async def search(
    db: Database, chat: int, words: str, *, size: int, turn: Turn | None = None, now: datetime
) -> tuple[int, Page]:
    """Return the newest articles that fit a question, and the number by which a chat's buttons find it again.

    The number is 0 where one article or none was found, and no button needs it.
    """

    async with db.reading() as conn:
        page = await found(conn, chat, words, size=size, turn=turn)
    if len(page.articles) < 2 and page.newer is None and page.older is None:
        return 0, page
    async with db.transaction() as conn:
        return await searching.remember_search(conn, chat, words, now), page


async def found(conn: Connection, chat: int, words: str, *, size: int, turn: Turn | None) -> Page:
    """Return the newest articles that fit a question, of which nothing is remembered."""
    question = await _understood(conn, chat, words)

    async def look(turn: Turn | None, limit: int) -> list[Place]:
        if question.unknown:
            return []
        if question.is_one_topic:
            return await browsing.latest(conn, turn, limit, topics=question.topics[0])
        return await searching.found(
            conn, question.words, turn, limit, topics=question.topics, sources=question.sources
        )

    return await page_of(conn, look, size, turn)


async def best(db: Database, chat: int, words: str, *, size: int, start: int = 0) -> Ranking:
    """Return the articles in which a question's words say most, from `start` (counted from 0)."""
    async with db.reading() as conn:
        question = await _understood(conn, chat, words)
        start = min(max(0, start), MAX_START) // size * size
        found = [] if question.unknown else await _best(conn, question, start, size + 1)
        if not found and start:
            start, found = 0, await _best(conn, question, 0, size + 1)
        return Ranking(Page(tuple(await articles.articles(conn, found[:size]))), start, len(found) > size)


async def _best(conn: Connection, question: _Question, start: int, limit: int) -> list[int]:
    return await relevance.best(conn, question.words, start, limit, topics=question.topics, sources=question.sources)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as it is understood: its words, and among which articles they are looked for.

    `unknown` when it names a topic that this chat cannot know, of which there are no articles.
    """

    words: str
    topics: tuple[frozenset[int], ...] = ()
    sources: frozenset[str] | None = None
    unknown: bool = False

    @property
    def is_one_topic(self) -> bool:
        return len(self.topics) == 1 and self.sources is None and not self.words


async def _understood(conn: Connection, chat: int, asked: str) -> _Question:
    """Return what a question means. Names without quotation marks are as long as one that is known."""
    left = terms(asked)
    words: list[str] = []
    within: list[frozenset[int]] = []
    sources: set[str] = set()
    has_sources = is_unknown = False
    tree = None
    while left:
        term = left.pop(0)
        match term.asks:
            case Asks.WORD:
                words.append(term.text)
            case Asks.PHRASE:
                words.append(f'"{term.text}"')
            case Asks.TOPIC:
                topic, many = await _first_known(term, left, partial(known_topics.named, conn, chat=chat))
                del left[:many]
                tree = tree or await topics.tree(conn)
                within += [] if topic is None else [frozenset(tree.below(topic.number))]
                is_unknown = is_unknown or topic is None
            case Asks.SOURCE:
                called, many = await _first_known(term, left, partial(searching.sources_called, conn))
                del left[:many]
                sources.update(called or ())
                has_sources = True
    return _Question(" ".join(words), tuple(within), frozenset(sources) if has_sources else None, is_unknown)


async def _first_known(
    term: Term, following: Sequence[Term], find: Callable[[str], Awaitable[_Known | None]]
) -> tuple[_Known | None, int]:
    """Return what a name stands for, None when nothing goes by it, and how many of the following words belong to it."""
    more = [] if term.is_quoted else [one.text for one in takewhile(lambda one: one.asks is Asks.WORD, following)]
    for many in range(min(len(more), LONGEST_NAME - 1), -1, -1):
        if found := await find(" ".join((term.text, *more[:many]))):
            return found, many
    return None, 0


async def search_words(db: Database, chat: int, number: int) -> str | None:
    """Return what a search's buttons look for; None when it is too old to be remembered, or another chat's."""
    async with db.reading() as conn:
        return await searching.search_words(conn, chat, number)
