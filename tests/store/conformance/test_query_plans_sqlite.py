"""
How SQLite answers what is asked for every message, update or page: along an index, whatever the tables hold.

The statements are those that the store's functions issue, explained as they are issued, on tables large enough that the
planner has a choice: once analysed, and once as they are before the first `PRAGMA optimize`, when it guesses.
Sources: https://sqlite.org/eqp.html, https://sqlite.org/optoverview.html
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import empty_database
from filled_sqlite import fill
from port_samples import NOW, about, story

from bot.domain.article import ArticleState, HeldWhy
from bot.domain.browsing import Direction, Place, Turn
from bot.domain.change_note import Change, ChangeNote
from bot.domain.chat import ChatKind, ChatState, Pictures
from bot.domain.correction import Correction
from bot.domain.delivery import CORRECTION_NOTE, RETRACTION_NOTE, SAVERS_NOTE, Delivery, Operation, Status
from bot.domain.editing import Edit, EditField
from bot.domain.feed_items import KnownItem
from bot.domain.phrases import Phrase, passage
from bot.domain.restriction import Restriction
from bot.domain.sent_list import ListForm, SentList
from bot.domain.source import SourceState
from bot.domain.topic import TopicFile
from bot.store.content import articles, edits, imports, known_topics, media, source_hubs, source_items, sources, topics
from bot.store.content.sources import Answered, Polling
from bot.store.delivery import (
    campaign_changes,
    campaigns,
    change_notes,
    copy_counts,
    delivery_reports,
    fanout,
    leases,
    outbox,
    paid_messages,
    receipts,
    retention,
    sent_lists,
    settlement,
    turns,
)
from bot.store.delivery.audiences import EveryChat, Holders, reach
from bot.store.delivery.change_notes import Concerned
from bot.store.delivery.followers import followers_of
from bot.store.delivery.settlement import Settled
from bot.store.desk import audit_log, editors, incidents, notices, progress_messages
from bot.store.desk.notices import Notice
from bot.store.engine import metadata
from bot.store.engine.connection import Connection
from bot.store.engine.database import Database
from bot.store.readers import (
    alike,
    browsing,
    chat_rows,
    chat_settings,
    chats,
    closed_threads,
    forgetting,
    group_quota,
    pending_updates,
    phrases,
    pushes,
    reactions,
    restrictions,
    searching,
    stories,
    subscriptions,
    topic_wishes,
)
from bot.store.statistics import figures

COMMON, RARE = 1, 2  # topics: every article bears the first, every hundredth the second
CHAT, ARTICLE, MIDDLE = 77, 1234, 1_000_000
QUANTUM = Phrase("quantum dots 5", ("quantum dots 5",))
PAST = NOW - timedelta(days=30)
ITEM = KnownItem("k", "t", "https://a.example/1", NOW, "h", "s", "f", place=0)

BIG = {
    *("articles", "article_topics", "article_search", "article_links", "article_slugs", "article_pictures", "files"),
    *("media", "chats", "subscriptions", "exceptions", "unwanted_sources", "saved", "searches", "log", "notices"),
    *("receipts", "outcomes", "deliveries"),
    "article_related",
    *("phrases", "phrase_beginnings", "followed_phrases", "unwanted_phrases", "followed_stories", "saving_reactions"),
    *("receipts", "outcomes", "deliveries", "sources", "source_urls", "source_items", "source_item_ids"),
}
"""Tables that grow with readers, news or time, and are not read from end to end."""

WALKED = {
    "articles_latest": "the newest articles, as far as a page or LOOKED_WITHIN goes",
    "articles_pushed": "articles that went out: each is one look-up of the chat",
    "articles_learnt": "articles of which a copy learnt who has them",
    "articles_due": "articles under an embargo",
    "articles_desk": "articles that wait for an editor",
    "articles_news": "what became news lately",
    "deliveries_in_hand": "what is on the wire",
    "notices_untold": "what editors do not know yet",
    "sources_hub_unwanted": "sources that were paused or removed in the last seconds",
    "sources_due": "sources that are due, the oldest first, as far as they are asked for",
}
"""Indexes of few rows, or walked only so far."""


class Explained:
    """A connection that asks how each statement is answered before it is run."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.steps: list[tuple[str, str]] = []
        """What is read how, with the statement."""
        self.asked = 0

    async def _explain(self, sql: str, parameters: Any) -> None:
        self.asked += 1
        if not sql.lstrip().startswith("PRAGMA"):
            for row in await self._conn.execute_fetchall(f"EXPLAIN QUERY PLAN {sql}", parameters):
                self.steps.append((row["detail"], sql))

    async def execute(self, sql: str, parameters: Any = ()) -> int:
        await self._explain(sql, parameters)
        return await self._conn.execute(sql, parameters)

    async def execute_fetchall(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        await self._explain(sql, parameters)
        return await self._conn.execute_fetchall(sql, parameters)

    async def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        given = list(rows)
        if given:
            await self._explain(sql, given[0])
        await self._conn.executemany(sql, given)

    enqueue = executemany


def scans(steps: Iterable[tuple[str, str]]) -> list[str]:
    """Return the steps that read a big table from end to end.

    A search that names no index is one for the least or greatest of all rows, and an automatic index is made of them.
    One for a state alone finds nearly all of them, but in an index of few rows.
    """
    found = []
    for step, sql in steps:
        match = (
            re.match(r"SCAN (\w+)(?:.* INDEX (\w+))?", step)
            or re.match(r"SEARCH (\w+)()(?:$|.*AUTOMATIC)", step)
            or re.match(r"SEARCH (\w+) .*INDEX (\w+) \((?:state|kind|language)=\?\)", step)
        )
        if match is None:
            continue
        # What stands after `AS` for it; a view's tables have their own names.
        named = re.search(rf"\b(\w+)(?:\s+AS)?\s+{match[1]}\b", sql)
        table = named[1] if named and named[1] in BIG else match[1]
        if table in BIG and match[2] not in WALKED and "VIRTUAL TABLE INDEX" not in step:
            found.append(f"{step}\n{sql}")
    return found


def sorts(steps: Iterable[tuple[str, str]]) -> list[str]:
    """Return the steps that sort."""
    return [f"{step}\n{sql}" for step, sql in steps if "TEMP B-TREE" in step]


@pytest.fixture(scope="module", params=["analysed", "not analysed"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with many rows of everything."""
    path = empty_database(tmp_path_factory.mktemp("plans") / "newsbot.db")
    fill(path)
    if request.param == "not analysed":
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("DELETE FROM sqlite_stat1")
    return path


class _Undo(Exception):
    pass


@pytest.fixture
async def conn(filled: Path) -> AsyncIterator[Connection]:
    db = await Database.open(filled)
    try:
        async with db.transaction() as conn:
            yield conn
            raise _Undo
    except _Undo:
        pass
    finally:
        await db.close()


SPELL = Restriction(PAST, "x", 1, True, PAST, NOW)
Question = Callable[[Any], Awaitable[object]]


async def _index(conn: Any) -> None:
    told = story(9999, topics=("T5",), pictures=["p"])
    await imports.add(conn, {9999: ("new", told)}, NOW)
    await imports.index(conn, {9999: told}, {"T5": 5})


BY_MESSAGE_OR_UPDATE: dict[str, Question] = {
    "a chat": lambda conn: chats.chat(conn, CHAT),
    "chats of a batch": lambda conn: chats.chats(conn, [CHAT, 78]),
    "meeting": lambda conn: chats.get_or_create(conn, CHAT, ChatKind.PRIVATE, "en", NOW),
    "stopping": lambda conn: chats.set_state(conn, CHAT, ChatState.PAUSED, NOW),
    "a chat lost": lambda conn: chats.switch_off(conn, CHAT, NOW),
    "a chat found": lambda conn: chats.switch_on(conn, CHAT, NOW),
    "a setting": lambda conn: chat_settings.set_pictures(conn, CHAT, Pictures.NONE),
    "greeting": lambda conn: chats.greet_once(conn, CHAT),
    "moving": lambda conn: chat_rows.migrate(conn, CHAT, -5),
    "forgetting": lambda conn: forgetting.forget(conn, CHAT, NOW),
    "forgetting who is gone": lambda conn: forgetting.forget_gone(conn, NOW, NOW),
    "subscriptions of a chat": lambda conn: subscriptions.following(conn, CHAT, NOW),
    "following": lambda conn: subscriptions.follow(conn, CHAT, 5, 0, NOW),
    "unfollowing": lambda conn: subscriptions.unfollow(conn, CHAT, 1),
    "leaving out": lambda conn: subscriptions.leave_out(conn, CHAT, 5),
    "taking in": lambda conn: subscriptions.take_in(conn, CHAT, [5, 6]),
    "muting": lambda conn: subscriptions.mute(conn, CHAT, 5, None, NOW),
    "unmuting": lambda conn: subscriptions.unmute(conn, CHAT, 5),
    "never from a source": lambda conn: subscriptions.refuse_source(conn, CHAT, "x"),
    "phrases of a chat": lambda conn: phrases.of_chat(conn, CHAT, NOW),
    "a phrase of a button": lambda conn: phrases.of_button(conn, CHAT, 5),
    "learning a phrase": lambda conn: phrases.learn(conn, QUANTUM),
    "following a phrase": lambda conn: phrases.follow(conn, CHAT, 5, 0, NOW),
    "unfollowing a phrase": lambda conn: phrases.unfollow(conn, CHAT, 5, NOW),
    "following a phrase again": lambda conn: phrases.refollow(conn, CHAT, 5),
    "muting a phrase": lambda conn: phrases.mute(conn, CHAT, 5, NOW),
    "never a phrase": lambda conn: phrases.refuse(conn, CHAT, 5),
    "allowing a phrase": lambda conn: phrases.allow(conn, CHAT, 5),
    "the article of a message": lambda conn: reactions.article_in(conn, CHAT, 5),
    "keeping by a reaction": lambda conn: reactions.keep(conn, CHAT, ARTICLE, CHAT, NOW),
    "letting go by a reaction": lambda conn: reactions.take_back(conn, CHAT, ARTICLE, CHAT),
    "articles of a story": lambda conn: stories.members(conn, ARTICLE),
    "who follows a story": lambda conn: stories.followed_of(conn, ARTICLE),
    "stories of a chat": lambda conn: stories.of_chat(conn, CHAT),
    "following a story": lambda conn: stories.follow(conn, CHAT, ARTICLE, 0, NOW),
    "stopping a story": lambda conn: stories.stop(conn, CHAT, [ARTICLE]),
    "words of an article": lambda conn: alike.words_of(conn, ARTICLE),
    "newest of a topic": lambda conn: alike.newest_of_topic(conn, COMMON, 150),
    "articles that may be alike": lambda conn: alike.traits(conn, [ARTICLE], ()),
    "phrases of a text": lambda conn: phrases.found_in(conn, passage("quantum dots 5")),
    "who refuses by a new phrase": lambda conn: phrases.refused_since(conn, 9_990, [CHAT], passage("quantum dots 5")),
    "sources a chat never wants": lambda conn: subscriptions.unwanted_sources(conn, CHAT),
    "allowing a source": lambda conn: subscriptions.allow_source(conn, CHAT, "source1"),
    "saving": lambda conn: subscriptions.save(conn, CHAT, ARTICLE, NOW),
    "has it saved": lambda conn: subscriptions.has_saved(conn, CHAT, ARTICLE),
    "does anybody follow": lambda conn: subscriptions.are_there_any(conn),
    "remembering a search": lambda conn: searching.remember_search(conn, CHAT, "words", NOW),
    "a search's words": lambda conn: searching.search_words(conn, CHAT, 5),
    "a group asks": lambda conn: group_quota.ask(conn, CHAT, NOW),
    "what a group heard": lambda conn: group_quota.answer_count(conn, CHAT, -5, NOW),
    "counting an answer": lambda conn: group_quota.count_answer(conn, CHAT, -5, NOW),
    "closed threads": lambda conn: closed_threads.begin(conn, [(CHAT, 0)], NOW),
    "threads to be told of": closed_threads.untold,
    "keeping updates": lambda conn: pending_updates.keep(conn, {5: "{}"}, NOW),
    "dropping updates": lambda conn: pending_updates.forget(conn, [5]),
    "a spell": lambda conn: restrictions.put(conn, CHAT, SPELL),
    "spells that are over": lambda conn: restrictions.due(conn, NOW, 100),
    "what a chat missed": lambda conn: restrictions.missed(conn, 500, 100),
    "putting back what a chat missed": lambda conn: restrictions.put_back(conn, 500, [100], NOW),
    "a role": lambda conn: editors.role(conn, CHAT, frozenset()),
    "a fact": lambda conn: metadata.get(conn, "paused"),
    "paid for": lambda conn: paid_messages.reserve(conn, NOW.date(), 5),
    "a picture": lambda conn: media.known(conn, ["p1", "p2"]),
    "a picture's file id": lambda conn: media.accepted(conn, "p1", "x", NOW),
    "an article": lambda conn: articles.article(conn, ARTICLE),
    "an article's banners": lambda conn: articles.banners(conn, ARTICLE),
    "an article by slug": lambda conn: articles.find(conn, "s1234"),
    "an article by link": lambda conn: articles.find(conn, "https://a.example/1234"),
    "all of a source": lambda conn: searching.found(conn, "", None, 7, sources=["source1"]),
    "all of two topics": lambda conn: searching.found(conn, "", None, 7, topics=[[RARE], [COMMON]]),
    "articles of one story": lambda conn: articles.of_one_story(conn, ARTICLE),
    "messages of one story": lambda conn: receipts.newest_of(conn, [100, 200, 404], {CHAT: 0, 78: 5}),
    "a topic by name": lambda conn: known_topics.named(conn, "t5", CHAT),
    "an article by a message": lambda conn: progress_messages.article_of(conn, CHAT, CHAT),
}

BY_PAGE: dict[str, Question] = {
    "newest": lambda conn: browsing.latest(conn, None, 7, topics=None),
    "older": lambda conn: browsing.latest(
        conn, Turn(Direction.OLDER, Place(MIDDLE, 5)), 7, topics=None, unwanted=["source1"]
    ),
    "newer": lambda conn: browsing.latest(conn, Turn(Direction.NEWER, Place(MIDDLE, 5)), 7, topics=None),
    "newest of a common topic": lambda conn: browsing.latest(conn, None, 7, topics=[COMMON, RARE]),
    "newer of a common topic": lambda conn: browsing.latest(
        conn, Turn(Direction.NEWER, Place(MIDDLE, 5)), 7, topics=[COMMON]
    ),
    "the desk": lambda conn: articles.desk(conn, limit=10),
}

BY_WORK: dict[str, Question] = {
    "due sources": lambda conn: sources.due(conn, NOW, 5),
    "the next due source": sources.next_due,
    "a source to ask": lambda conn: sources.with_polling(conn, 5),
    "what became of a request": lambda conn: sources.answered(
        conn, {5: Answered(SourceState.ACTIVE, Polling(), NOW, NOW, None, None)}
    ),
    "asking earlier": lambda conn: sources.ask_at(conn, [5], NOW),
    "a source by its address": lambda conn: sources.at_address(conn, ["https://feed5.example/"]),
    "a source by its hub": lambda conn: source_hubs.by_hub_token(conn, "x"),
    "hubs to leave": lambda conn: source_hubs.unwanted_hubs(conn, 20),
    "known items": lambda conn: source_items.known(conn, 5, ["i1", "i2"], ["https://a.example/1"]),
    "keeping items": lambda conn: source_items.keep(conn, 5, [ITEM], {"k": "k", "other": "k"}, NOW),
    "when a source published": lambda conn: source_items.published_lately(conn, 5, 20),
    "embargoes of feeds": lambda conn: source_items.embargoed(conn, [ARTICLE]),
    "forgetting what a source listed": lambda conn: source_items.forget_content(conn, 5),
    "due articles": lambda conn: articles.embargo_over(conn, NOW),
    "the next due article": articles.next_embargo,
    "a burst": lambda conn: articles.news_since(conn, PAST),
    "news": lambda conn: articles.mark_news(conn, [ARTICLE], NOW),
    "does anybody have it": lambda conn: receipts.somebody_has(conn, 100),
    "a state": lambda conn: articles.set_state(conn, ARTICLE, ArticleState.RETRACTED),
    "holding": lambda conn: articles.hold(conn, ARTICLE, HeldWhy.TOPICS),
    "edits of articles": lambda conn: edits.edits_of(conn, [ARTICLE]),
    "edits stored": lambda conn: edits.set_edits(conn, {ARTICLE: {EditField.TITLE: Edit("As before")}}),
    "topics said anew": lambda conn: articles.drop_added_topics(conn, ARTICLE, keep=[200]),
    "a topic more": lambda conn: articles.add_topic(conn, ARTICLE, 200),
    "files of a scan": lambda conn: imports.files(conn, ["f1", "f2"]),
    "owners": lambda conn: imports.owners(conn, [1, 2]),
    "links": lambda conn: imports.linked(conn, ["https://a.example/1"]),
    "slugs": lambda conn: imports.slugs(conn, ["s1", "old2"]),
    "articles of an import": lambda conn: imports.known(conn, [1, 2]),
    "documents": lambda conn: imports.payloads(conn, [1, 2]),
    "the next number": imports.next_number,
    "a new article": lambda conn: imports.add(conn, {9999: ("new", story(9999))}, NOW),
    "a changed article": lambda conn: imports.rewrite(conn, {ARTICLE: (2, story(ARTICLE))}),
    "unindexing": lambda conn: imports.unindex(conn, [ARTICLE]),
    "indexing": _index,
    "a new slug": lambda conn: imports.rename(conn, {ARTICLE: "new"}),
    "files that are gone": lambda conn: imports.forget_fingerprints(conn, ["f1"]),
    "names": lambda conn: topics.resolve(conn, ["T5", "new"]),
    "a topic file": lambda conn: topics.define(conn, TopicFile("t5", "T5", "five", hashtags=("#T6",))),
    "known topics": lambda conn: known_topics.make_known(conn, [ARTICLE]),
    "the log": lambda conn: audit_log.latest(conn, 50),
    "notices": lambda conn: notices.untold(conn, lasting_since=NOW),
    "questions": notices.unasked,
    "complaints": lambda conn: notices.replace_untold(conn, ["f1"], [Notice("refused", "f1", "x")], NOW),
    "is a notice known": lambda conn: notices.is_known(conn, Notice("warned", "f1")),
    "is a burst asked about": notices.open_question_at,
    "what editors were told": incidents.editors_told_at,
    "housekeeping of the log": lambda conn: retention.drop_log(conn, PAST),
    "housekeeping of progress": lambda conn: retention.drop_progress(conn, PAST),
    "housekeeping of deliveries": lambda conn: retention.prune(conn, PAST),
    "is an article closed": lambda conn: retention.is_closed(conn, 100),
}


def _delivery(number: int, chat: int, status: Status = Status.SENT) -> Delivery:
    return Delivery(number, 6, chat, 0, NOW, status=status, message_id=5)


async def _piece(conn: Any) -> None:
    await conn.execute("UPDATE campaigns SET half = 0, ring_start = 0, cursor = NULL WHERE id = 7")
    campaign = await campaigns.campaign(conn, 7)
    assert campaign is not None
    for audience in (
        await followers_of(conn, campaign.subject.number, NOW),
        EveryChat("news", campaign.subject),
        Holders(about(100)),
        *(Concerned(NOTE, kind) for kind in (CORRECTION_NOTE, SAVERS_NOTE, RETRACTION_NOTE)),
    ):
        await fanout.fan_out(conn, campaign, audience, NOW)


async def _reach(conn: Any) -> None:
    assert await reach(conn, await followers_of(conn, 1, NOW), NOW, at_most=5) == 5


async def _wanting(conn: Any) -> None:
    followers = await followers_of(conn, 1, NOW)
    assert await followers.wanting(conn, [CHAT, 78], NOW)
    assert await Holders(about(100)).wanting(conn, [CHAT, 78], NOW)
    for kind in (CORRECTION_NOTE, SAVERS_NOTE, RETRACTION_NOTE):
        await Concerned(NOTE, kind).wanting(conn, [CHAT, 78], NOW)


NOTE = ChangeNote(1, 100, Change.CORRECTION, Correction(NOW))
LISTED = SentList(None, NOW, (100, 200), ListForm.CLASSIC)


BY_DELIVERY: dict[str, Question] = {
    "claim": lambda conn: outbox.claim(conn, NOW, 100, owner=1),
    "claim of some": lambda conn: outbox.claim(conn, NOW, 100, among=[6], owner=1),
    "the next due": outbox.next_due,
    "waiting since": outbox.waits_since,
    "release": lambda conn: outbox.release(conn, [_delivery(1, CHAT)], owner=1),
    "postpone": lambda conn: outbox.postpone(conn, [_delivery(1, CHAT)], owner=1),
    "settle": lambda conn: settlement.settle(
        conn,
        [
            Settled(_delivery(1, 1), [(about(600), 1)], False),
            Settled(_delivery(2, 2, Status.FAILED), [], False),
            Settled(_delivery(3, 3)._replace(operation=Operation.EDIT), [(about(100), 2)], False),
            Settled(_delivery(4, 4)._replace(operation=Operation.DELETE), [(about(100), 2)], False),
            Settled(_delivery(2**40, 5), [(about(100), 1)], False),
        ],
        NOW,
        owner=1,
    ),
    "a list": lambda conn: settlement.take_along(
        conn, _delivery(1, 1), {7: [(about(700), 1)]}, _delivery(1, 1), NOW, owner=1
    ),
    "lists that were sent": lambda conn: sent_lists.remember(conn, [LISTED]),
    "one of them": lambda conn: sent_lists.sent_list(conn, LISTED.id),
    "how its stories stand": lambda conn: sent_lists.standing(conn, LISTED.articles),
    "lists that are old": lambda conn: sent_lists.drop(conn, NOW, 100),
    "copies of an article": lambda conn: copy_counts.copies(conn, 100, NOW),
    "a note on its way": lambda conn: change_notes.under_way(conn, 1),
    "a doubtful list": lambda conn: outbox.doubt(conn, _delivery(1, 1), [7]),
    "beside": lambda conn: outbox.of_chats(conn, [CHAT, 78], [7, 8]),
    "asking again": lambda conn: outbox.ask_again(conn, CHAT, NOW),
    "asking again for all of a clock": lambda conn: outbox.ask_again_all(conn, 1, NOW),
    "what waits for its time": lambda conn: outbox.for_their_time(conn, [7, 8], NOW),
    "the next end of a pause": chats.next_end_of_pause,
    "how things stand": lambda conn: turns.standing(conn, NOW),
    "ends of pauses": lambda conn: chats.end_pauses(conn, NOW),
    "wishes for topics": lambda conn: topic_wishes.of_chats(conn, [CHAT, 78]),
    "pushes of an hour": lambda conn: pushes.latest(conn, [CHAT, 78]),
    "counting a push": lambda conn: pushes.count(conn, CHAT, NOW),
    "renewing a term": lambda conn: leases.renew(conn, 1, NOW),
    "looking for terms that are over": lambda conn: leases.take_back_expired(conn, 2, NOW - timedelta(days=9)),
    "a receipt": lambda conn: receipts.held(conn, about(100), [CHAT, 78]),
    "what failed": lambda conn: receipts.failures(conn, 100),
    "a piece of a fan-out": _piece,
    "reach": _reach,
    "who still wants it": _wanting,
    "what is done": lambda conn: campaign_changes.close_finished(conn, NOW),
    "some chat": lambda conn: fanout.some_chat(conn, 0.5),
    "trying failed ones again": lambda conn: delivery_reports.put_back_failed(conn, 1, ["x"], NOW),
}

ALL = BY_MESSAGE_OR_UPDATE | BY_PAGE | BY_WORK | BY_DELIVERY
NEVER_SORTS = {
    *(BY_PAGE.keys() - {"the desk"}),
    *("claim", "claim of some", "the next due", "waiting since", "due articles", "the next due article"),
}
"""Where what would be sorted grows with the tables. Elsewhere it is a batch, or what one chat has."""

MAY_SCAN = {
    "does anybody follow": "the first row answers it",
    "the log": "the last rows answer it",
    "housekeeping of the log": "the first rows, as many as a step has",
    "is a notice known": "once a broadcast that is refused; notices are kept for 90 days",
    "what editors were told": "notices are kept for 90 days",
    "is a burst asked about": "notices are kept for 90 days",
    "some chat": "the least and the greatest id are the table's two ends",
    "a topic file": "once, when a file defines what articles alone had named",
    "names": "SQLite explains what a deferred foreign key would need; none is open, and nothing is read",
}


@pytest.mark.parametrize("name", ALL)
async def test_nothing_asked_often_reads_a_big_table_from_end_to_end_or_sorts_it(conn: Connection, name: str) -> None:
    explained = Explained(conn)
    await ALL[name](explained)
    assert explained.asked
    assert name in MAY_SCAN or scans(explained.steps) == []
    assert name not in NEVER_SORTS or sorts(explained.steps) == []


@pytest.mark.parametrize("name", MAY_SCAN)
async def test_what_may_read_a_big_table_still_does(conn: Connection, name: str) -> None:
    explained = Explained(conn)
    await ALL[name](explained)
    assert scans(explained.steps), f"{name} needs no exception any more"


async def test_reading_from_end_to_end_and_sorting_are_noticed(conn: Connection) -> None:
    explained = Explained(conn)
    await articles.counts(explained)  # type: ignore[arg-type]
    await audit_log.latest(explained)  # type: ignore[arg-type]
    await figures.followers(explained)  # type: ignore[arg-type]
    assert any("articles" in step for step in scans(explained.steps))
    assert any("log" in step for step in scans(explained.steps))
    assert sorts(explained.steps)
    unbound = [
        ("SEARCH notices", "SELECT max(at) FROM notices"),
        ("SEARCH o USING AUTOMATIC COVERING INDEX (a=?)", "FROM deliveries AS o"),
        ("SEARCH c USING COVERING INDEX chats_counted (state=?)", "JOIN chats AS c"),
    ]
    assert len(scans(unbound)) == 3


async def test_a_search_asks_the_index_of_words_and_the_picker_one_index_a_topic(conn: Connection) -> None:
    explained = Explained(conn)
    assert await searching.found(explained, "sun5", None, 7)  # type: ignore[arg-type]
    walked = [step for step, _ in explained.steps if step.startswith("SCAN") and "VIRTUAL TABLE INDEX 1:" not in step]
    by_words = [step for step in walked if "article_search VIRTUAL TABLE INDEX 0:M" in step]  # M: a full-text query
    assert len(by_words) == 2 and set(walked) - set(by_words) <= {"SCAN held"}  # they are counted first
    assert "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)" in dict(explained.steps)
    explained = Explained(conn)
    await topics.most_followed(explained, 10)  # type: ignore[arg-type]
    assert "SEARCH subscriptions USING PRIMARY KEY (topic=?)" in dict(explained.steps)
