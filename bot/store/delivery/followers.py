"""
Who gets an article, decided inside SQLite: a million rows never pass through Python.

The audience is a UNION of one ordered index scan per followed topic, per phrase that the article holds and per article
from which its story is followed, which SQLite merges; the same question asked with `IN … DISTINCT` sorts everything
first and takes thousands of times as long.
`domain.following.reason` says the same for one chat; a property test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import NEWS, SubjectType
from bot.domain.delivery_time import Timing
from bot.domain.following import KnownStory, reason
from bot.domain.phrases import EMPTY, KnownPhrase, Passage, passage
from bot.domain.search_terms import source_key
from bot.domain.topic import TopicTree
from bot.domain.topic_wishes import says_of
from bot.store.content.story_json import epoch
from bot.store.delivery.follower_sql import (
    CANDIDATES,
    CHAT,
    FACTS,
    FACTS_OF_PHRASES,
    FACTS_OF_QUALITY,
    FACTS_OF_STORIES,
    NEAREST_END,
    NEWEST,
    THREAD,
    recipients,
)
from bot.store.delivery.wish_sql import BREAKING_TIMES, END_OF_TIMES, OWN_TIMES, wished_times
from bot.store.engine.database import Connection
from bot.store.engine.lists import document_list, number_list, text_list
from bot.store.readers import phrases, stories, topic_wishes

MAX_LEGS = 400
FEW = 1_000  # rows about the chats of a piece, looked at together in a third of a millisecond
MIN_SHARE = 50  # candidates of a topic in a piece, however many topics an article has


@dataclass(frozen=True, slots=True)
class Followers:
    """The audience of an article: what decides who gets it.

    Its topics, where they hang, its text with the phrases in it (the longest first, of those known up to the number
    `newest`), the articles of its story from which that is followed, the names of its source, its time, and the quality
    it states (None: none). `only_to` are the topics to whose followers alone it goes, by an editor's choice; without
    any it goes to who follows its own, a phrase in it or its story.
    """

    article: int
    topics: tuple[int, ...]
    tree: TopicTree
    sources: tuple[str, ...]
    fixed_at: datetime
    passage: Passage = EMPTY
    phrases: tuple[KnownPhrase, ...] = ()
    newest: int = 0
    stories: tuple[KnownStory, ...] = ()
    quality: int | None = None
    only_to: tuple[int, ...] = ()

    def query(self, head: str, tail: str, **values: object) -> tuple[str, dict[str, object]]:
        """Return `head` + the candidates `c (chat, thread)` in order of chats + `tail`, with the parameters.

        A chat that follows several of the topics in several threads stands there more than once, with one thread.
        The text depends on how many topics and phrases there are and on nothing else; every value is a parameter.
        """
        legs, parameters = [], dict(values)
        ways = self._ways()
        parameters["ways"] = document_list(ways)
        for leg, (followed, blocked_by) in enumerate(ways):
            parameters[f"t{leg}"] = followed
            left_out = ""
            if blocked_by:
                names = [f"b{leg}_{place}" for place in range(len(blocked_by))]
                parameters.update(zip(names, blocked_by, strict=True))
                left_out = (
                    "AND NOT EXISTS (SELECT 1 FROM exceptions AS e WHERE e.chat = s.chat AND e.kind = 'left_out'"
                    f" AND e.topic IN ({', '.join(':' + name for name in names)}))"
                )
            legs.append(
                f"SELECT s.chat, s.thread FROM subscriptions AS s WHERE s.topic = :t{leg}"
                f" AND s.chat > :after AND s.chat <= :until AND s.since <= :fixed_at {left_out}"
            )
        for leg, held in enumerate(self._followed_phrases):
            parameters[f"p{leg}"] = held.number
            legs.append(
                f"SELECT s.chat, s.thread FROM followed_phrases AS s WHERE s.phrase = :p{leg}"
                " AND s.chat > :after AND s.chat <= :until AND s.since <= :fixed_at"
                " AND s.let_go_at IS NULL AND (s.muted_until IS NULL OR s.muted_until <= :now)"
            )
        for leg, story in enumerate(self._followed_stories):
            parameters[f"s{leg}"] = story.number
            legs.append(
                f"SELECT s.chat, s.thread FROM followed_stories AS s WHERE s.article = :s{leg}"
                " AND s.chat > :after AND s.chat <= :until AND s.since <= :fixed_at"
            )
        parameters["phrases"] = self._phrase_numbers
        parameters["stories"] = self._story_numbers
        silenced = self._reached
        parameters["silenced"] = number_list(silenced)
        parameters["fixed_at"] = epoch(self.fixed_at)
        parameters["sources"] = text_list(self.sources)
        parameters["quality"] = self.quality
        parameters["kind"] = NEWS
        parameters["subject_type"] = SubjectType.ARTICLE
        parameters["subject"] = self.article
        parameters["few"] = FEW
        candidates = f"SELECT chat, {THREAD} AS thread FROM ({_union(legs)} ORDER BY 1 LIMIT -1) AS f"
        return f"{head} ({candidates}) AS c {tail}", parameters

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        """Return `head` + who gets the article + `tail`, with the parameters, as an audience does."""
        return self.query(head, f"{self._recipients} {tail}", **values)

    def at_their_times(self, breaking: bool, *, with_wishes: bool, **values: object) -> tuple[str, dict[str, object]]:
        """Return what gives the recipients of a piece their deliveries, each at the times of its chat, with the
        parameters. `with_wishes` when any chat has wishes for topics."""
        timed = self._recipients.replace(CHAT, f"{CHAT} LEFT JOIN timings AS t ON t.number = k.timing")
        if with_wishes:
            paths = [self.tree.path(topic) for topic in self._bringing]
            head, about = wished_times(
                paths,
                [held.number for held in self._followed_phrases],
                MAX_LEGS,
                with_stories=bool(self._followed_stories),
            )
            return self.query(head, timed + END_OF_TIMES, breaking=breaking, **about, **values)
        if breaking:
            return self.query(BREAKING_TIMES, timed + END_OF_TIMES, breaking=breaking, **values)
        return self.query(OWN_TIMES, timed, **values)

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        """Return the chat with which a piece of about `size` candidates ends; None when it is the last.

        What has most followers here is found with a small share of each; as far as its whole share reaches, few
        candidates come from elsewhere, or the same ones. If they are too many, the piece ends sooner.
        """
        followed = sorted({step for step, _ in self._ways()})
        where = {"after": after, "until": until, "topics": number_list(followed)}
        where["phrases"] = number_list(held.number for held in self._followed_phrases)
        where["stories"] = number_list(story.number for story in self._followed_stories)
        sources = len(followed) + len(self._followed_phrases) + len(self._followed_stories)
        share = max(min(size, MIN_SHARE), size // max(1, sources))
        ends = await conn.execute_fetchall(NEAREST_END, where | {"others": share - 1})
        if not ends or sources == 1:
            return next((int(row["chat"]) for row in ends), None)
        [(least, kind, densest)] = ends
        longer = size
        while longer > share:
            of_densest = where | {"topics": "[]", "phrases": "[]", "stories": "[]", "others": longer - 1}
            of_densest[kind] = number_list([densest])
            [*farther] = await conn.execute_fetchall(NEAREST_END, of_densest)
            end = int(farther[0]["chat"]) if farther else until
            too_many = size + size // 4 + 1
            [(many,)] = await conn.execute_fetchall(CANDIDATES, where | {"until": end, "too_many": too_many})
            if many < too_many:
                return end if farther else None
            longer //= 2
        return int(least)

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        """Return which of these chats still want the article, each with the followed topic for which it does.

        What brings it to a chat is a phrase or a story alone where the number is negative (see `reason_number`).
        """
        facts, newest = await self._facts(conn, chats, now)
        # Thousands of chats follow the same few things: each case is decided once.
        reasons = {case: self._reason(case) for case in set(facts.values())}
        wanting = {chat: why for chat, case in facts.items() if (why := reasons[case]) is not None}
        if wanting and newest > self.newest:
            for chat in await phrases.refused_since(conn, self.newest, list(wanting), self.passage):
                del wanting[chat]
        return wanting

    async def wishes(
        self, conn: Connection, chats: Sequence[int], now: datetime
    ) -> dict[int, tuple[tuple[int, ...], dict[int, Timing]]]:
        """Return, of those of these chats that have wished for times of single topics, what has a say in when the
        article comes (`domain.topic_wishes.says_of`), and all their wishes."""
        wished = await topic_wishes.of_chats(conn, chats)
        facts, _ = await self._facts(conn, list(wished), now) if wished else ({}, 0)
        found = {}
        for chat, wishes in wished.items():
            kinds = _by_kind(facts.get(chat, frozenset()))
            says = says_of(
                self.tree,
                self._bringing,
                follows=kinds.get("follows", ()),
                left_out=kinds.get("left_out", ()),
                wishes=wishes,
                by_phrase=not self.only_to and ("phrase" in kinds or "story" in kinds),
            )
            found[chat] = says, wishes
        return found

    async def _facts(
        self, conn: Connection, chats: Sequence[int], now: datetime
    ) -> tuple[dict[int, frozenset[tuple[str, int]]], int]:
        """Return what chats have to do with the article, each a kind and the number of a topic, phrase or story.

        Beside that, in the same visit to the database, the number of the phrase that was learnt last.
        """
        values = {
            "chats": number_list(chats),
            "topics": number_list(self._reached),
            "phrases": self._phrase_numbers,
            "stories": self._story_numbers,
            "now": epoch(now),
            "sources": text_list(self.sources),
            "quality": self.quality,
        }
        asked = [
            FACTS,
            *([FACTS_OF_PHRASES] if self.phrases else []),
            *([FACTS_OF_STORIES] if self.stories else []),
            *([FACTS_OF_QUALITY] if self.quality is not None else []),
        ]
        rows = await conn.execute_fetchall(" UNION ALL ".join(asked), values)
        facts: dict[int, frozenset[tuple[str, int]]] = {}
        alone: dict[tuple[str, int], frozenset[tuple[str, int]]] = {}
        newest = 0
        for chat, number, kind in rows:
            if kind == NEWEST:
                newest = number
                continue
            fact = alone.get((kind, number)) or alone.setdefault((kind, number), frozenset({(kind, number)}))
            facts[chat] = facts[chat] | fact if chat in facts else fact
        return facts, newest

    @property
    def _recipients(self) -> str:
        return recipients(states_quality=self.quality is not None, holds_phrases=bool(self.phrases))

    @property
    def _bringing(self) -> tuple[int, ...]:
        """The topics whose followers get the article."""
        return self.only_to or self.topics

    @property
    def _followed_phrases(self) -> tuple[KnownPhrase, ...]:
        """The phrases whose followers get the article; whoever never wants one of `phrases` does not in any case."""
        return () if self.only_to else self.phrases

    @property
    def _followed_stories(self) -> tuple[KnownStory, ...]:
        return () if self.only_to else self.stories

    @property
    def _reached(self) -> tuple[int, ...]:
        """The topics that silence the article where they are muted."""
        return self.tree.reached_by((*self.topics, *self.only_to))

    @property
    def _phrase_numbers(self) -> str:
        return number_list(held.number for held in self.phrases)

    @property
    def _story_numbers(self) -> str:
        return number_list(story.number for story in self.stories)

    def _reason(self, case: frozenset[tuple[str, int]]) -> int | None:
        """Return what brings an article to chats of a case, as `wanting` does; None when they do not want it."""
        kinds = _by_kind(case)
        if any(topic in kinds.get("muted", ()) for topic in self._reached):
            return None
        return reason(
            self.tree,
            self._bringing,
            [held.number for held in self._followed_phrases],
            follows=kinds.get("follows", ()),
            left_out=kinds.get("left_out", ()),
            muted=kinds.get("muted", ()),
            phrases=kinds.get("phrase", ()),
            is_refused="never" in kinds,
            told=[story.number for story in self._followed_stories],
            stories=kinds.get("story", ()),
        )

    def _ways(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return each topic that may be followed, with the topics that break that way when left out."""
        ways = [self.tree.path(topic) for topic in self._bringing]
        return list(dict.fromkeys((step, way[:place]) for way in ways for place, step in enumerate(way)))


def _by_kind(case: frozenset[tuple[str, int]]) -> dict[str, set[int]]:
    kinds: dict[str, set[int]] = {}
    for kind, number in case:
        kinds.setdefault(kind, set()).add(number)
    return kinds


def _union(legs: Sequence[str]) -> str:
    """Return the union of `legs`, in groups where they are more than SQLite takes at once (500).

    Source: https://sqlite.org/limits.html#max_compound_select
    """
    if not legs:
        return "SELECT 0 AS chat, 0 AS thread WHERE false"
    if len(legs) <= MAX_LEGS:
        return " UNION ".join(legs)
    groups = [" UNION ".join(legs[start : start + MAX_LEGS]) for start in range(0, len(legs), MAX_LEGS)]
    return " UNION ".join(f"SELECT chat, thread FROM ({group} ORDER BY 1) AS f" for group in groups)


async def followers_of(conn: Connection, article: int, fixed_at: datetime) -> Followers:
    """Return what decides the audience of an article whose followers count as of `fixed_at`."""
    rows = await conn.execute_fetchall(
        """
        SELECT a.source, json_extract(a.story, '$.provider.name') AS source_name, a.title,
            json_extract(a.story, '$.excerpt') AS excerpt, json_extract(a.story, '$.quality') AS quality, a.only_to,
            t.topic
        FROM articles AS a LEFT JOIN article_topics AS t ON t.article = a.number
        WHERE a.number = :article ORDER BY t.place
        """,
        {"article": article},
    )
    parents = await conn.execute_fetchall("SELECT number, parent FROM topics")
    tree = TopicTree({row["number"]: row["parent"] for row in parents})
    if not rows:
        return Followers(article, (), tree, (), fixed_at)
    about = rows[0]
    text = passage(about["title"], about["excerpt"] or "")
    newest = await phrases.newest(conn)
    named = {source_key(name) for name in (about["source"], about["source_name"]) if name}
    return Followers(
        article=article,
        topics=tuple(row["topic"] for row in rows if row["topic"] is not None),
        tree=tree,
        sources=tuple(sorted(named | {about["source"]})) if about["source"] else tuple(sorted(named)),
        fixed_at=fixed_at,
        passage=text,
        phrases=tuple(await phrases.found_in(conn, text)) if newest else (),
        newest=newest,
        stories=tuple(await stories.followed_of(conn, article)),
        quality=about["quality"],
        only_to=() if about["only_to"] is None else tuple(json.loads(about["only_to"])),
    )
