"""What readers follow, find and save, and what is kept for chats that forbid writing, on any engine."""

from dataclasses import replace
from datetime import timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    GROUP,
    HIGHEST,
    HOUR,
    LOWEST,
    NOW,
    SECOND,
    Engine,
    close_broadcasts,
    deliver,
    numbers,
    put_article,
    put_chats,
    put_topics,
    send_to,
)

from bot.domain.article import ArticleState, Provider
from bot.domain.browsing import Direction, Place, Turn
from bot.domain.chat import ChatState
from bot.domain.delivery import Status
from bot.domain.restriction import MAX_PAUSE, Missed, Restriction
from bot.store.content import articles
from bot.store.delivery import receipts
from bot.store.readers import browsing, chats, export, relevance, restrictions, searching, subscriptions

SPELL = Restriction(NOW - DAY, "not enough rights ä", 2, True, NOW - HOUR, NOW + HOUR, None)


async def test_following_is_in_one_thread_at_a_time_and_says_whether_that_changed(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert not await subscriptions.are_there_any(conn)
        await put_chats(conn, GROUP, ANNA, -FURTHEST)
        [ai, sea] = (await put_topics(conn, "AI", "Sea")).values()
        changes = [
            await subscriptions.follow(conn, GROUP, ai, thread, NOW + hours * HOUR)
            for hours, thread in enumerate((0, 0, 5, 5))
        ]
        assert changes == [True, False, True, False]
        assert (await export.export(conn, GROUP))["follows"] == [
            {"topic": "AI", "thread": 5, "since": NOW.isoformat()}  # since the first time
        ]
        await subscriptions.follow(conn, -FURTHEST, ai, 2**31, NOW)
        assert (await subscriptions.following(conn, -FURTHEST, NOW)).follows == {ai}
        assert await subscriptions.are_there_any(conn)
        await subscriptions.unfollow(conn, GROUP, ai)
        await subscriptions.unfollow(conn, GROUP, sea)
        nothing = await subscriptions.following(conn, GROUP, NOW)
        assert (nothing.follows, nothing.left_out, nothing.muted, nothing.unwanted) == (set(), set(), {}, set())
        assert nothing.tree.path(ai) == (ai,)


async def test_leaving_out_and_muting_are_apart_and_twice_is_as_good_as_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        ai, sea, zoo = (await put_topics(conn, "AI", "Sea", "Zoo")).values()
        for topic in (ai, ai, sea):
            await subscriptions.leave_out(conn, ANNA, topic)
        await subscriptions.mute(conn, ANNA, ai, NOW + HOUR, NOW)
        await subscriptions.mute(conn, ANNA, zoo, None, NOW)
        await subscriptions.mute(conn, ANNA, ai, NOW + DAY, NOW)
        found = await subscriptions.following(conn, ANNA, NOW)
        assert (found.left_out, found.muted) == ({ai, sea}, {ai: NOW + DAY, zoo: None})
        assert (await subscriptions.following(conn, ANNA, NOW + DAY - SECOND)).muted == found.muted
        assert (await subscriptions.following(conn, ANNA, NOW + DAY)).muted == {zoo: None}  # over at its second
        await subscriptions.take_in(conn, ANNA, [ai, 404])
        await subscriptions.take_in(conn, ANNA, [])
        for topic in (ai, zoo, zoo):
            await subscriptions.unmute(conn, ANNA, topic)
        found = await subscriptions.following(conn, ANNA, NOW)
        assert (found.left_out, found.muted) == ({sea}, {})
        assert (await subscriptions.following(conn, BEN, NOW)).left_out == set()


async def test_a_mute_that_comes_takes_those_that_are_over_away_and_only_this_chats(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        ai, sea = (await put_topics(conn, "AI", "Sea")).values()
        for chat in (ANNA, BEN):
            await subscriptions.mute(conn, chat, ai, NOW, NOW - DAY)
        await subscriptions.mute(conn, ANNA, sea, None, NOW)
        past = NOW - HOUR
        assert (await subscriptions.following(conn, ANNA, past)).muted == {sea: None}
        assert (await subscriptions.following(conn, BEN, past)).muted == {ai: NOW}


async def test_a_source_is_refused_by_the_folded_name_of_an_article_readers_may_see(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        await put_article(conn, 1, source="Straße.Example")
        await put_article(conn, 2, source="Daily", state=ArticleState.DRAFT)
        await put_article(conn, 3)
        assert [await subscriptions.source(conn, number) for number in (1, 2, 3, 404)] == [
            "strasse.example",
            None,
            None,
            None,
        ]
        for _ in range(2):
            await subscriptions.refuse_source(conn, ANNA, "strasse.example")
        assert (await subscriptions.following(conn, ANNA, NOW)).unwanted == {"strasse.example"}
        assert await browsing.latest(conn, None, 9, topics=None, unwanted=["strasse.example"]) == [
            Place(int((NOW - HOUR).timestamp()), 3)
        ]
        everything = await browsing.latest(conn, None, 9, topics=None)
        for never, left in (
            (["title 3"], [1]),
            (["Title 3", "TITLE 1", "x y"], []),
            (["strasse"], [1, 3]),
            (["!"], [1, 3]),
        ):
            places = await browsing.latest(conn, None, 9, topics=None, never=never)
            assert sorted(numbers(places)) == left, never
        assert len(everything) == 2
        for _ in range(2):
            await subscriptions.allow_source(conn, ANNA, "strasse.example")
        assert (await subscriptions.following(conn, ANNA, NOW)).unwanted == set()


async def test_a_source_that_was_refused_by_its_name_is_allowed_by_an_article_of_it_or_by_that_name(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        await put_article(conn, 1, provider=Provider("Daily  Máil", "dailymail.example"))
        await put_article(conn, 2, provider=Provider(None, "harbour.example"))
        await put_article(conn, 3, source="Daily", state=ArticleState.DRAFT)
        assert [await subscriptions.source_name(conn, number) for number in (1, 2, 3, 404)] == [
            "Daily  Máil",
            "harbour.example",
            None,
            None,
        ]
        for chat in (ANNA, BEN):
            assert await subscriptions.refuse_source(conn, chat, "daily mail", "Daily Mail")
            assert not await subscriptions.refuse_source(conn, chat, "daily mail", "DAILY MAIL")
        assert await subscriptions.refuse_source(conn, ANNA, "harbour.example")
        assert await subscriptions.unwanted_sources(conn, ANNA) == [
            ("daily mail", "Daily Mail"),
            ("harbour.example", "harbour.example"),
        ]
        refused = (await subscriptions.following(conn, ANNA, NOW)).unwanted
        assert refused == {"daily mail", "dailymail.example", "harbour.example"}
        await subscriptions.allow_source(conn, ANNA, "dailymail.example")  # as an article's button names it
        await subscriptions.allow_source(conn, BEN, "daily mail")
        assert await subscriptions.unwanted_sources(conn, ANNA) == [("harbour.example", "harbour.example")]
        assert await subscriptions.unwanted_sources(conn, BEN) == []


async def test_saved_articles_come_latest_saved_first_and_saving_again_moves_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        for number in (1, 2, 3, 4):
            await put_article(conn, number, state=ArticleState.HELD if number == 4 else ArticleState.ARCHIVED)
        for seconds, number in enumerate((2, 1, 3, 2, 4)):
            await subscriptions.save(conn, ANNA, number, NOW + min(seconds, 1) * SECOND)
        assert numbers(await browsing.saved(conn, ANNA, None, 9)) == [3, 1, 2]  # 3 and 1 in one second
        assert numbers(await browsing.saved(conn, ANNA, None, 2)) == [3, 1]
        assert await browsing.saved(conn, ANNA, None, 0) == await browsing.saved(conn, BEN, None, 9) == []
        last = (await browsing.saved(conn, ANNA, None, 2))[-1]
        assert numbers(await browsing.saved(conn, ANNA, Turn(Direction.OLDER, last), 9)) == [2]
        assert numbers(await browsing.saved(conn, ANNA, Turn(Direction.NEWER, last), 9)) == [3]
        assert [await subscriptions.has_saved(conn, ANNA, number) for number in (1, 4, 404)] == [True, True, False]
        for _ in range(2):
            await subscriptions.unsave(conn, ANNA, 1)
        assert numbers(await browsing.saved(conn, ANNA, None, 9)) == [3, 2]


@pytest.mark.parametrize("rare", [0, browsing.RARE_TOPIC_BELOW])
async def test_lists_walk_both_ways_through_every_article_readers_may_see_once(engine: Engine, rare: int) -> None:
    """However many articles a topic has: the two ways of finding them give one answer."""
    async with engine.transaction() as conn:
        found = await put_topics(conn, "AI", "Sea")
        for number, state in enumerate(ArticleState, 1):
            await put_article(conn, number, state=state, topics_of=found)
        for number in range(10, 17):
            topics = found if number % 2 else {"AI": found["AI"]}
            await put_article(conn, number, age=(number // 3) * HOUR, topics_of=topics, source=f"S{number % 5}")
        expected = [4, 5, *(n for age in (3, 4, 5) for n in range(16, 9, -1) if n // 3 == age)]
        expected.sort(key=lambda number: (1 if number < 10 else number // 3, -number))
        for topics in (None, set(found.values()), [found["AI"], found["AI"], 404]):
            seen, turn = [], None
            while page := await browsing.latest(conn, turn, 4, topics=topics, rare=rare):
                seen += numbers(page)
                turn = Turn(Direction.OLDER, page[-1])
            assert seen == expected
            back, turn = [], Turn(Direction.NEWER, page[-1] if page else Place(LOWEST, LOWEST))
            while page := await browsing.latest(conn, turn, 3, topics=topics, rare=rare):
                back += numbers(page)
                turn = Turn(Direction.NEWER, page[-1])
            assert back == expected[::-1]
        assert numbers(await browsing.latest(conn, None, 99, topics=[found["Sea"]], rare=rare)) == [
            number for number in expected if number < 10 or number % 2
        ]
        for topics in (None, found.values()):
            wanted = await browsing.latest(conn, None, 99, topics=topics, unwanted=["s0", "s3", "s404"], rare=rare)
            assert numbers(wanted) == [number for number in expected if number < 10 or number % 5 not in (0, 3)]
        assert await browsing.latest(conn, None, 9, topics=[]) == []
        assert await browsing.latest(conn, None, 0, topics=None) == []
        for place in (Place(LOWEST, HIGHEST), Place(LOWEST, LOWEST)):
            assert await browsing.latest(conn, Turn(Direction.OLDER, place), 9, topics=None) == []
        assert await browsing.latest(conn, Turn(Direction.NEWER, Place(HIGHEST, LOWEST)), 9, topics=None) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("solar", [1, 3]),
        ("SOLAR POW", [1]),
        ("pow solar", []),
        ("strasse", [2]),
        ("STRASSE", [2]),
        ("ecologie", [4]),
        ("istanbul", [4]),
        ("c++", [3]),
        ("daily", [1]),
        ("energy", [2]),
        ('"solar', [1, 3]),
        ("title:solar OR strasse", []),
        ("artic", [2]),
        ("", []),
        ("  ", []),
        ("***", []),
        ("\0", []),
        ("a\0b" * 50, []),
    ],
)
async def test_a_search_finds_all_words_in_any_case_newest_first(
    engine: Engine, words: str, expected: list[int]
) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "Energy")
        await put_article(conn, 1, title="Solar power at sea", source="Daily")
        await put_article(conn, 2, title="Neue Straße", excerpt="Particles", topics_of=topics, age=2 * HOUR)
        await put_article(conn, 3, title="C++ for solar farms", age=3 * HOUR)
        await put_article(conn, 4, title="Écologie in İstanbul", state=ArticleState.ARCHIVED, age=DAY)
        await put_article(conn, 5, title="Solar power of tomorrow", state=ArticleState.SCHEDULED)
        assert numbers(await searching.found(conn, words, None, 9)) == expected
        for place, number in enumerate(expected):
            at = (await searching.found(conn, words, None, 9))[place]
            assert at.number == number
            assert numbers(await searching.found(conn, words, Turn(Direction.OLDER, at), 9)) == expected[place + 1 :]
            assert numbers(await searching.found(conn, words, Turn(Direction.NEWER, at), 9)) == expected[:place][::-1]
        assert await searching.found(conn, words, None, 0) == []


async def test_a_search_among_topics_and_sources_needs_no_words(engine: Engine) -> None:
    async with engine.transaction() as conn:
        ai, sea = (await put_topics(conn, "AI", "Sea")).values()
        for number, topics in enumerate(({"AI": ai}, {"Sea": sea}, {"AI": ai, "Sea": sea}), 1):
            provider = Provider("Daily", f"daily{number % 2}.example")
            await put_article(conn, number, topics_of=topics, provider=provider, age=number * HOUR)
        await put_article(conn, 4, topics_of={"AI": ai}, state=ArticleState.DRAFT)

        async def found(words: str = "", *topics: list[int], sources: list[str] | None = None) -> list[int]:
            return numbers(await searching.found(conn, words, None, 9, topics=topics, sources=sources))

        assert await found("", [ai]) == [1, 3] and await found("", [ai], [sea]) == [3]
        assert await found("", [ai, sea]) == [1, 2, 3] and await found("", [404]) == await found("", []) == []
        assert await found("", sources=["daily1.example"]) == [1, 3]
        assert await found("", [sea], sources=["daily1.example", "x"]) == [3] and await found("", sources=[]) == []
        assert await found("title", [sea]) == [2, 3] and await found("title", sources=["daily0.example"]) == [2]
        assert await found("itle", [sea]) == [2, 3]  # within words
        assert await found("!!!", [sea]) == await found() == []


async def test_the_best_of_a_search_are_those_in_which_the_words_say_most(engine: Engine) -> None:
    async with engine.transaction() as conn:
        [ai] = (await put_topics(conn, "AI")).values()
        await put_article(conn, 1, title="On the many ways of the sea", excerpt="And some solar power", age=HOUR)
        await put_article(conn, 2, title="Solar power", age=2 * HOUR, topics_of={"AI": ai}, source="Daily")
        await put_article(conn, 3, title="Solar power, wind power and the power of habit in the long run", age=3 * HOUR)
        await put_article(conn, 4, title="Solar power", state=ArticleState.DRAFT)
        best = await relevance.best(conn, "solar power", 0, 9)
        assert best[0] == 2 and sorted(best) == [1, 2, 3]
        assert [
            *await relevance.best(conn, "solar power", 0, 1),
            *await relevance.best(conn, "solar power", 1, 9),
        ] == best
        assert await relevance.best(conn, "solar", 0, 9, topics=[[ai]]) == [2]
        assert await relevance.best(conn, "solar", 0, 9, sources=["daily"]) == [2]
        assert await relevance.best(conn, "wahl", 0, 9) == await relevance.best(conn, "!!!", 0, 9) == []


async def test_a_source_goes_by_its_name_its_domain_and_the_beginning_of_that(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, provider=Provider("Daily  Máil", "dailymail.example"))
        await put_article(conn, 2, provider=Provider(None, "daily.example"))
        for name in ("daily MAIL", "dailymail.example", "DailyMail"):
            assert await searching.sources_called(conn, name) == ["dailymail.example"], name
        assert await searching.sources_called(conn, "daily") == ["daily.example"]
        assert await searching.sources_called(conn, "dail") == await searching.sources_called(conn, "") == []


async def test_what_decides_a_rank_is_known_of_articles_and_of_nothing_else(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, heat=-(2**31))
        await put_article(conn, 2, state=ArticleState.DRAFT)
        found = {one.number: one for one in await browsing.hot_articles(conn, [1, 2, 404, HIGHEST])}
        assert {number: (one.heat, one.published_at) for number, one in found.items()} == {
            1: (-(2**31), NOW - HOUR),
            2: (0, NOW - HOUR),
        }
        assert await browsing.hot_articles(conn, []) == []


async def test_a_search_is_remembered_for_its_chat_alone_and_only_the_newest_fifty(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        first = await searching.remember_search(conn, ANNA, "Solar 'x' %", NOW)
        assert await searching.remember_search(conn, ANNA, "Solar 'x' %", NOW) == first
        others = await searching.remember_search(conn, BEN, "Solar 'x' %", NOW)
        assert others != first
        assert await searching.search_words(conn, ANNA, first) == "Solar 'x' %"
        for chat, number in ((BEN, first), (ANNA, 0), (ANNA, HIGHEST), (LOWEST, first)):
            assert await searching.search_words(conn, chat, number) is None
        for place in range(searching.REMEMBERED_SEARCHES - 1):
            await searching.remember_search(conn, ANNA, f"w{place}", NOW + SECOND)
        assert await searching.search_words(conn, ANNA, first) is not None
        newest = await searching.remember_search(conn, ANNA, "one more", NOW + SECOND)
        assert await searching.search_words(conn, ANNA, first) is None
        assert await searching.remember_search(conn, ANNA, "Solar 'x' %", NOW + SECOND) > newest  # no number twice
        older = await searching.remember_search(conn, ANNA, "the clock was set back", NOW - DAY)
        assert await searching.search_words(conn, ANNA, older) is not None
        assert await searching.search_words(conn, BEN, others) is not None  # however much one searches


async def test_a_spell_is_as_it_was_last_written_and_only_of_chats_that_are_known(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        assert await restrictions.of(conn, ANNA) is None
        later = replace(SPELL, tries=3, awaits_story=False, sign_at=NOW, reason="")
        for spell in (SPELL, later):
            await restrictions.put(conn, ANNA, spell)
            assert await restrictions.of(conn, ANNA) == spell
            known = await chats.chat(conn, ANNA)
            assert known is not None and known.restriction == spell
        await restrictions.mark_due(conn, ANNA)
        assert await restrictions.of(conn, ANNA) == replace(later, next_at=None)
        for _ in range(2):
            await restrictions.end(conn, ANNA)
        assert await restrictions.of(conn, ANNA) is None
        await restrictions.put(conn, 404, SPELL)
        assert await restrictions.of(conn, 404) is None


async def test_a_pause_is_over_at_its_second_or_when_it_is_longer_than_any(engine: Engine) -> None:
    async with engine.transaction() as conn:
        ends = {1: NOW, 2: NOW - HOUR, 3: NOW + SECOND, 4: NOW + MAX_PAUSE + SECOND, 5: None, 6: NOW - DAY}
        await put_chats(conn, *ends)
        for chat, next_at in ends.items():
            await restrictions.put(conn, chat, replace(SPELL, next_at=next_at, since=NOW - chat * HOUR))
        await chats.set_state(conn, 6, ChatState.PAUSED, NOW)
        assert await restrictions.due(conn, NOW, 9) == [2, 1, 4]
        assert await restrictions.due(conn, NOW, 1) == [2]
        assert await restrictions.due(conn, NOW, 0) == []
        many, longest = await restrictions.listed(conn, 2)
        assert (many, [chat for chat, _ in longest]) == (5, [5, 4])
        assert longest[0][1].next_at is None
        spells = await restrictions.of_chats(conn, [5, 6, 7])
        assert spells == {chat: await restrictions.of(conn, chat) for chat in (5, 6)}
        assert await restrictions.of_chats(conn, []) == {}
        known = await chats.chats(conn, [5, 6, 7])
        assert {chat: one.restriction for chat, one in known.items()} == spells


async def test_nothing_forbids_writing_when_no_chat_does(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await restrictions.listed(conn, 9) == (0, [])
        assert await restrictions.due(conn, NOW, 9) == []
        assert await restrictions.missed(conn, ANNA, 9) == []


async def test_what_a_chat_missed_is_kept_newest_first_and_goes_back_into_the_outbox(engine: Engine) -> None:
    async with engine.transaction() as conn:
        begun = {}
        for number in (1, 2, 3):
            at = NOW - (4 - number) * HOUR
            begun[number] = await send_to(conn, number, {ANNA: Status.RESTRICTED, BEN: Status.SENT}, at=at)
        assert await restrictions.missed(conn, ANNA, 9) == [Missed(n, NOW - (4 - n) * HOUR) for n in (3, 2, 1)]
        assert [one.article for one in await restrictions.missed(conn, ANNA, 2)] == [3, 2]
        assert await restrictions.missed(conn, BEN, 9) == []
        await articles.set_state(conn, 3, ArticleState.RETRACTED)
        assert [one.article for one in await restrictions.missed(conn, ANNA, 9)] == [2, 1]
        await restrictions.put_back(conn, ANNA, [], NOW)
        for _ in range(2):
            await restrictions.put_back(conn, ANNA, [1, 404], NOW)
        assert [one.article for one in await restrictions.missed(conn, ANNA, 9)] == [2]
        await deliver(conn, begun[1], {ANNA: Status.SENT})
        await close_broadcasts(conn)
        assert await receipts.somebody_has(conn, 1)


async def test_in_an_older_copy_nothing_is_kept_for_anybody(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.RESTRICTED})
        await restrictions.put(conn, ANNA, SPELL)
        for _ in range(2):
            await restrictions.give_up_all(conn)
        assert await restrictions.missed(conn, ANNA, 9) == []
        assert await restrictions.of(conn, ANNA) is None


async def test_a_mute_keeps_the_second_and_not_less(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        [ai] = (await put_topics(conn, "AI")).values()
        await subscriptions.mute(conn, ANNA, ai, NOW + timedelta(microseconds=500_000), NOW)
        assert (await subscriptions.following(conn, ANNA, NOW - SECOND)).muted == {ai: NOW}
