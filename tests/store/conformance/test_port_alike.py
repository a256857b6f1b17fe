"""What decides how much articles are alike."""

from __future__ import annotations

from port_samples import DAY, HIGHEST, Engine, put_article, put_topics

from bot.domain.article import ArticleState, Provider
from bot.store.readers import alike


async def test_words_of_an_article_are_those_by_which_it_is_found_each_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, title="GPT-4o speaks a lot", excerpt="It speaks 北京")
        words = await alike.words_of(conn, 1)
        assert sorted(words) == sorted({"gpt", "4o", "speaks", "lot", "it", "北京", "gpt4o", "京"}), words
        assert await alike.words_of(conn, 404) == await alike.words_of(conn, HIGHEST) == []


async def test_how_many_articles_have_a_word_or_a_topic_is_counted_so_far_and_no_further(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI", "Sea")
        ai, sea = topics.values()
        for number in range(1, 6):
            await put_article(conn, number, title=f"C++ today, number {number}", topics_of={"AI": ai})
        held = await alike.bearers_of_words(conn, ["c++", "today", "3", "nowhere", 'a"b', "NEAR("], 3)
        assert held == {"c++": 4, "today": 4, "3": 1, "nowhere": 0, "NEAR(": 0}
        assert await alike.bearers_of_words(conn, [], 3) == {}
        assert await alike.bearers_of_topics(conn, [ai, sea, 404], 3) == {ai: 3, sea: 0, 404: 0}
        assert await alike.bearers_of_topics(conn, [], 3) == {}


async def test_candidates_are_the_latest_known_of_a_topic_or_with_one_of_some_words(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI")
        for number in range(1, 5):
            await put_article(
                conn, number, title=f"Wind {number}", topics_of=topics if number > 1 else {}, age=number * DAY
            )
        [ai] = topics.values()
        assert await alike.newest_of_topic(conn, ai, 2) == [4, 3] and await alike.newest_of_topic(conn, 404, 2) == []
        assert await alike.holding_any(conn, ["1", "3", 'x"'], 9) == [3, 1]
        assert await alike.holding_any(conn, ["wind"], 2) == [4, 3]
        assert await alike.holding_any(conn, [], 9) == await alike.holding_any(conn, ['"'], 9) == []


async def test_only_what_readers_can_list_and_this_chat_may_want_is_compared(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI")
        await put_article(conn, 1, title="Wind at sea", topics_of=topics)
        await put_article(conn, 2, title="Wind", excerpt="in towns", state=ArticleState.ARCHIVED)
        await put_article(conn, 3, title="Wind", state=ArticleState.DRAFT)
        await put_article(conn, 4, title="Wind and gossip")
        await put_article(conn, 5, title="Wind", provider=Provider(None, "evil.example"))
        unwanted, never = ["evil.example"], ["gossip"]
        found = await alike.traits(conn, [1, 2, 3, 4, 5, 404], {2}, unwanted=unwanted, never=never)
        by_number = {one.number: one for one in found}
        assert sorted(by_number) == [1, 2]
        assert by_number[1].topics == frozenset(topics.values()) and by_number[2].topics == frozenset()
        assert by_number[2].words == {"wind", "in", "towns"}
        assert (by_number[1].is_related, by_number[2].is_related) == (False, True)
        assert len(await alike.traits(conn, [1, 2, 3, 4, 5], ())) == 4
        assert await alike.traits(conn, [], ()) == []
